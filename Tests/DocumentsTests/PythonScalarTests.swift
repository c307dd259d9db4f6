import Foundation
import TestSupport
import Testing

@testable import Documents

@Suite struct PythonScalarTests {
    /// Unquoted scalars with what Python prints for them.
    private static let printed = [
        "no": "False", "No": "False", "OFF": "False", "false": "False", "yes": "True", "on": "True", "TRUE": "True",
        "~": "None", "null": "None", "": "None", "007": "7", "010": "8", "0": "0", "1_000": "1000", "+5": "5",
        "-5": "-5", "0x10": "16", "-0xFF": "-255", "0b101": "5", "1:30": "90", "1:30:15": "5415", "1:30.5": "90.5",
        "1.0": "1.0", "1.50": "1.5", "1.": "1.0", ".5": "0.5", "1.5e+3": "1500.0", "1.5e-7": "1.5e-07",
        "1.0e+16": "1e+16", "123456789012345680.0": "1.2345678901234568e+17", ".inf": "inf", "-.Inf": "-inf",
        ".NaN": "nan", "0.0001": "0.0001", "0.00001": "1e-05", "1_0.5_0": "10.5",
        "12345678901234567890123":
            "12345678901234567890123", "-0.0": "-0.0", "1e3": "1e3", "08": "08", "0o17": "0o17", "y": "y", "n": "n",
        "nO": "nO", "fire": "fire", "1.5e3": "1.5e3", "1:75": "1:75", "+.5": "+.5", "1__0": "10",
        "0x": "0x", "100000000000000.0": "100000000000000.0", "2024": "2024", "3.14": "3.14", "00": "0",
    ]

    @Test(arguments: printed.keys.sorted()) func plainScalarsArePrintedAsPythonPrintsThem(_ text: String) {
        #expect((PythonScalar.text(ofPlain: text) ?? text) == Self.printed[text])
    }

    @Test(.enabled(if: Peer.has("yaml"), "needs PEER_PYTHON with PyYAML")) func pyYAMLAgrees() throws {
        let script =
            "import json, sys, yaml\nprint(json.dumps({t: str(yaml.safe_load('a: ' + t)['a']) for t in json.loads(sys.argv[1])}))"
        let texts = String(decoding: try JSONEncoder().encode(Self.printed.keys.sorted()), as: UTF8.self)
        let said = try ProgramRun.start([Peer.python, "-c", script, texts])
        let table = try JSONDecoder().decode([String: String].self, from: Data(said.output.utf8))
        for (text, value) in Self.printed { #expect(table[text] == value, "'\(text)'") }
    }

    @Test func quotesAreRemembered() throws {
        let list = try #require(YAML.parse("[no, 'no', \"no\", !!str no]", file: "a").list)
        #expect(list.map(\.isPlain) == [true, false, false, false] && list.map(\.text) == ["no", "no", "no", "no"])
    }
}
