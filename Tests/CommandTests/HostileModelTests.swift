import Checkpoints
import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import TestSupport

/// Model files that were made to take memory or time: within 300 MB and two seconds of CPU they are read or refused.
@Suite(.serialized) struct HostileModelTests {
    private static let none: UInt8 = 0x4E, stop: [UInt8] = [0x2E], start: [UInt8] = [0x80, 2]

    private static func repeated(_ count: Int, _ bytes: [UInt8]) -> [UInt8] {
        var all: [UInt8] = []
        all.reserveCapacity(count * bytes.count)
        for _ in 0..<count { all += bytes }
        return all
    }

    /// Pickles by what they do.
    private static let pickles: [(String, @Sendable () -> [UInt8])] = [
        ("tuples in tuples", { [0x29] + repeated(9_000_000, [0x85]) }),
        ("lists beside each other", { [0x28] + repeated(900_000, [0x5D]) + [0x6C] }),
        ("lists of one, dropped", { repeated(3_000_000, [0x4E, 0x85, 0x30]) + [0x4E] }),
        ("values and nothing", { repeated(4_900_000, [0x4E, 0x30]) + [0x4E] }),
        (
            "remembered values",
            { [0x4E] + (0..<990_000).flatMap { [0x72] + PickleText.number($0, 4) } }
        ),
        ("keys", { [0x7D, 0x28] + repeated(490_000, [0x4B, 1, 0x4E]) + [0x75] }),
        ("names of classes", { repeated(600_000, Array("ca\nb\n0".utf8)) + [0x4E] }),
        ("objects", { repeated(600_000, Array("ca\nB\n)".utf8) + [0x81, 0x30]) + [0x4E] }),
        ("texts", { repeated(900_000, [0x58, 16, 0, 0, 0] + [UInt8](repeating: 0x61, count: 16) + [0x30]) + [0x4E] }),
        (
            "sets of a list again and again",
            {
                [0x5D, 0x28] + repeated(100_000, [0x4E]) + [0x65, 0x71, 0, 0x30]
                    + repeated(1000, Array("cbuiltins\nset\n".utf8) + [0x68, 0, 0x85, 0x52, 0x30]) + [0x4E]
            }
        ),
        (
            "a text as every option",
            {
                let letters = [UInt8](repeating: 0x61, count: 1 << 20)
                let text: [UInt8] = [0x58] + PickleText.number(letters.count, 4) + letters + [0x71, 0]
                let names: [UInt8] = PickleText.string("train_args").bytes + [0x7D, 0x28]
                let options: [UInt8] = (0..<2000).flatMap { PickleText.int($0).bytes + [0x68, 0] }
                let tensor: [UInt8] = PickleText.string("w").bytes + PickleText.tensor("0", [1]).bytes
                let begin: [UInt8] = text + [0x30, 0x7D, 0x28]
                let arguments: [UInt8] = names + options + [0x75]
                return begin + arguments + tensor + [0x75]
            }
        ),
        (
            "tensors of nothing",
            {
                let tensor = PickleText.tensor("0", [0, 9]).bytes
                return [0x7D, 0x28] + (0..<60_000).flatMap { PickleText.string("w\($0)").bytes + tensor } + [0x75]
            }
        ),
        (
            "a module with itself in every place",
            {
                let children: [UInt8] = (0..<1900).flatMap { PickleText.string("m\($0)").bytes + [0x68, 0] }
                let attributes: [UInt8] = (0..<1900).flatMap { PickleText.string("a\($0)").bytes + [0x4E] }
                let parts: [[UInt8]] = [
                    [0x7D, 0x28], PickleText.string("x").bytes, Array("cm\nA\n)".utf8), [0x81, 0x71, 0, 0x7D, 0x28],
                    attributes, [0x75, 0x62], PickleText.string("model").bytes, Array("cm\nB\n)".utf8),
                    [0x81, 0x7D, 0x28], PickleText.string("_modules").bytes, [0x7D, 0x28], children,
                    [0x75, 0x75, 0x62], [0x75],
                ]
                return Array(parts.joined())
            }
        ),
    ]

    private func expectRefusal(_ name: String, _ bytes: [UInt8]) throws {
        let folder = try Folder()
        try Data(bytes).write(to: folder.url.appending(path: name))
        let run = try Program.expectModestUse(
            ["export", name, "out.\(name.hasSuffix(".pt") ? "safetensors" : "pt")"], in: folder.url, codes: [.badData])
        #expect(run.complaints.count == 1, "\(run)")
    }

    @Test(arguments: pickles.map(\.0)) func aPickleIsRefusedInTime(_ kind: String) throws {
        let body = try #require(Self.pickles.first { $0.0 == kind }).1()
        let zip = ZipText.checkpoint(
            pickle: Self.start + body + Self.stop, storages: [("0", [0, 0, 128, 63])])
        try expectRefusal("model.pt", zip.bytes)
    }

    @Test func anArchiveOfManyEntriesIsRefusedInTime() throws {
        let many = ZipText(entries: (0..<60_000).map { .init(name: "best/\($0)", bytes: []) })
        try expectRefusal("many.pt", many.bytes)
        let packed = ZipText(entries: [.init(name: "best/data.pkl", bytes: [0x4E], claimedSize: 60 << 20, method: 8)])
        try expectRefusal("packed.pt", packed.bytes)
    }

    private static func file(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
        PickleText.number(header.utf8.count, 8) + Array(header.utf8) + data
    }

    /// Headers by what they are.
    private static let headers: [(String, @Sendable () -> String)] = [
        (
            "empty tensors",
            {
                let rest = #"{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"#
                return "{" + (0..<1_000_000).map { "\"\($0)\":\(rest)" }.joined(separator: ",") + "}"
            }
        ),
        ("one long text", { #"{"__metadata__":{"a":""# + String(repeating: "a", count: 90_000_000) + "\"}}" }),
        (
            "many texts",
            { #"{"__metadata__":{"# + (0..<900_000).map { "\"\($0)\":\"\"" }.joined(separator: ",") + "}}" }
        ),
        ("dimensions", { #"{"a":{"dtype":"F32","shape":["# + String(repeating: "1,", count: 9_000_000) + "1]}}" }),
        ("levels", { String(repeating: #"{"a":"#, count: 5_000_000) }),
        ("a table of lists", { #"{"__metadata__":{"table":""# + String(repeating: "[", count: 1_000_000) + "\"}}" }),
        (
            "a table of numbers",
            { #"{"__metadata__":{"table":"["# + String(repeating: "1,", count: 500_000) + "1]\"}}" }
        ),
    ]

    @Test(arguments: headers.map(\.0)) func aHeaderIsRefusedInTime(_ kind: String) throws {
        let header = try #require(Self.headers.first { $0.0 == kind }).1()
        try expectRefusal("model.safetensors", Self.file(header))
    }
}
