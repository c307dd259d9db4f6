import Diagnostics
import Documents
import Foundation
import Testing

@Suite struct LimitTests {
    private func message(_ text: String) -> String? {
        do {
            _ = try YAML.parse(text, file: "f")
            return nil
        } catch { return (error as? Problem)?.message ?? "\(error)" }
    }

    @Test func sizeIsLimited() throws {
        let limit = DocumentLimits.bytes
        let text = "a: " + String(repeating: "x", count: limit - 3)
        #expect(message(text) == nil)
        #expect(message(text + "x") == "the file is larger than 1048576 bytes")
        let path = FileManager.default.temporaryDirectory.appending(path: "limit-\(UUID().uuidString).yaml").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(text.utf8).write(to: URL(filePath: path))
        #expect(try YAML.read(path: path)["a"]!.string!.utf8.count == limit - 3)
        try Data((text + "x").utf8).write(to: URL(filePath: path))
        #expect(throws: Problem.self) { try YAML.read(path: path) }
    }

    @Test func depthIsLimited() {
        func flow(_ n: Int) -> String { String(repeating: "[", count: n) + String(repeating: "]", count: n) }
        func block(_ n: Int) -> String { String(repeating: "- ", count: n) + "x" }
        let message64 = "more than 64 lists and maps inside each other"
        #expect(message(flow(64)) == nil && message(block(64)) == nil)
        #expect(message(flow(65)) == message64 && message(block(65)) == message64)
        #expect(message(String(repeating: "[", count: 100_000)) != nil)
        #expect(message(String(repeating: "{a: ", count: 100_000)) != nil)
        #expect(message(String(repeating: "? ", count: 100_000)) != nil)
        #expect(message(block(100_000)) == message64)
    }

    @Test func depthCountsAliasesExpanded() {
        func text(_ n: Int) -> String {
            "[&a " + String(repeating: "[", count: 30) + String(repeating: "]", count: 30) + ", "
                + String(repeating: "[", count: n) + "*a" + String(repeating: "]", count: n) + "]"
        }
        #expect(message(text(33)) == nil)
        #expect(message(text(34)) == "more than 64 lists and maps inside each other")
    }

    @Test func nodesAreLimited() {
        func text(_ n: Int) -> String { "[" + String(repeating: "1,", count: n - 1) + "]" }
        #expect(message(text(100_000)) == nil)
        #expect(message(text(100_001)) == "more than 100000 values")
    }

    @Test func nodesCountAliasesExpanded() {
        // 1 list, 1 list of 998 ones, and 99 copies of it.
        func text(_ more: Int) -> String {
            "[&a [" + String(repeating: "1,", count: 998) + "]," + String(repeating: "*a,", count: 99)
                + String(repeating: "1,", count: more) + "]"
        }
        #expect(message(text(99)) == nil)
        #expect(message(text(100)) == "more than 100000 values")
    }

    @Test func aliasesAreLimited() {
        func text(_ n: Int) -> String { "[&a 1," + String(repeating: "*a,", count: n) + "]" }
        #expect(message(text(256)) == nil)
        #expect(message(text(257)) == "more than 256 aliases")
        #expect(message(text(100_000)) == "more than 256 aliases")
    }

    @Test func aliasBombsStopEarly() {
        var bomb = "a0: &a0 [x]\n"
        for i in 1...9 { bomb += "a\(i): &a\(i) [" + String(repeating: "*a\(i - 1),", count: 9) + "]\n" }
        #expect(message(bomb) == "more than 100000 values")
    }

    @Test func mutatedDocumentsNeverTrap() throws {
        let seedText = """
            base: &b {a: 1, "b": 'two'}
            list: [1, 2.5, true, ~, *b]
            nested:
              - <<: *b
                c: |
                  text
              - ? key
                : !!str 5
            """
        var random = Seeded(state: 7)
        let pieces: [[UInt8]] = [
            "&a ", "*b", "<<: ", "[", "]", "{", "}", "---\n", "...", "\t", "\"", "'", "!!", "? ", ": ", "%YAML 1.1\n",
            "\u{FEFF}",
        ]
        .map { Array($0.utf8) }
        for _ in 0..<4000 {
            var bytes = Array(seedText.utf8)
            for _ in 0...Int(random.next() % 4) {
                let at = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 4 {
                case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: at)
                case 2: bytes.insert(contentsOf: pieces[Int(random.next() % UInt64(pieces.count))], at: at)
                default: bytes += bytes[at...]
                }
            }
            do {
                let tree = try YAML.parse(bytes: bytes, file: "f")
                #expect(try YAML.parse(YAML.text(of: tree), file: "g").found == tree.found)
            } catch let error as Problem { #expect(error.line != nil && error.remedy != nil) }
        }
    }
}

/// SplitMix64.
private struct Seeded {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
