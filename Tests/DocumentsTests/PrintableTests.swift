import Diagnostics
import Documents
import Testing

@Suite struct PrintableTests {
    @Test(arguments: [
        ("smoke", "smoke"), ("\u{7}\t\u{1B}[31m", "\\u{7}\\u{9}\\u{1b}[31m"), ("a\r\nb", "a\\u{d}\\u{a}b"),
        ("\u{9B}31m\u{7F}", "\\u{9b}31m\\u{7f}"), ("\u{202E}evil\u{2066}", "\\u{202e}evil\\u{2066}"),
        ("a\u{2028}b\u{2029}", "a\\u{2028}b\\u{2029}"), ("\u{FEFF}", "\\u{feff}"), ("Fumée 火 🔥", "Fumée 火 🔥"),
        (String(decoding: [0x66, 0xFF, 0xFE], as: UTF8.self), "f\u{FFFD}\u{FFFD}"),
    ]) func textIsOneLineThatATerminalTakesForText(_ text: String, _ shown: String) {
        #expect(text.printable() == shown)
        #expect(shown.printable() == shown, "what is escaped already stays")
        #expect(Node.printable(text) == shown)
    }

    @Test func aLimitCutsLongText() {
        #expect("abcdef".printable(limit: 3) == "abc…" && "abc".printable(limit: 3) == "abc")
    }

    @Test func aProblemIsOnePrintableLineWhateverNamesStandInIt() {
        let name = "a\u{1B}]0;title\u{7}\nb\u{202E}"
        let problem = Problem("tensor \(name) has no shape", file: name, line: 2, remedy: "Leave \(name) out")
        let escaped = "a\\u{1b}]0;title\\u{7}\\u{a}b\\u{202e}"
        #expect("\(problem)" == "\(escaped):2: tensor \(escaped) has no shape. Leave \(escaped) out.")
    }
}
