import Checkpoints
import Diagnostics
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct SafeTensorsTests {
    /// A file with this header text and this many bytes of zeros behind it.
    static func file(_ header: String, data: Int) -> [UInt8] {
        let text = Array(header.utf8)
        return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> ($0 * 8)) } + text
            + [UInt8](repeating: 0, count: data)
    }

    static let sample = SafeTensors(
        entries: [
            "a.weight": .init(floats: [1, -2, .infinity, 4, 5, 6], shape: [2, 3]),
            "b": .init(ints: [7], shape: []),
            "empty": .init(floats: [], shape: [0, 4]),
            "odd": .init(type: "U8", shape: [3], bytes: [1, 2, 3]),
            "quoted \"name\"\n\t\u{7F} é 🔥": .init(type: "F16", shape: [1], bytes: [0, 0x3C]),
        ], metadata: ["text": "line\nline \"quoted\" \\ 🔥", "": "\u{1}"])

    @Test func whatIsWrittenIsReadBack() throws {
        let bytes = try Self.sample.serialized()
        #expect(try SafeTensors(bytes: bytes) == Self.sample)
        let folder = try TemporaryFolder()
        #expect(try SafeTensors(contentsOf: folder.file("sample.safetensors", bytes)) == Self.sample)
    }

    @Test func equalContentsGiveEqualAlignedBytes() throws {
        let bytes = try Self.sample.serialized()
        #expect(try SafeTensors(bytes: bytes).serialized() == bytes)
        #expect(bytes[0] % 8 == 0)
        let header = String(decoding: bytes[8...].prefix { $0 >= 0x20 }, as: UTF8.self)
        #expect(header.hasPrefix("{\"__metadata__\":{"))
        // Eight-byte values come first.
        #expect(header.contains("\"b\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]}"))
    }

    @Test func theGivenOrderIsKept() throws {
        let names = ["odd", "empty", "b", "a.weight", "quoted \"name\"\n\t\u{7F} é 🔥"]
        #expect(try SafeTensors(bytes: Self.sample.serialized(order: names)) == Self.sample)
    }

    @Test func aTensorOfTheWrongSizeIsNotWritten() {
        let tensors = SafeTensors(entries: ["a": .init(type: "F32", shape: [2], bytes: [0, 0, 0, 0])])
        #expect(throws: Problem.self) { try tensors.serialized() }
    }

    @Test func spaceAndUnicodeEscapesInTheHeaderAreRead() throws {
        let header = #" { "\u00e9\ud83d\udd25" : {"shape":[ 1 ] , "dtype":"U8","data_offsets":[0,1]} } "#
        let tensors = try SafeTensors(bytes: Self.file(String(header.dropFirst()), data: 1))
        #expect(tensors.entries["é🔥"]?.shape == [1])
    }

    /// Each rule of the format broken once: header, bytes of data.
    static let broken: [(String, Int)] = [
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 3),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 5),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}"#, 5),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4),
        (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4),
        (#"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#, 4),
        (#"{"a":{"dtype":"F32","shape":[01],"data_offsets":[0,4]}}"#, 4),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4),
        (#"{"a":{"dtype":"F32","shape":[1]}}"#, 4),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"data_offsets":[0,4]}}"#, 4),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"extra":1}}"#, 4),
        (#"{"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}"#, 4),
        (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, 0),
        (#"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,0]}}"#, 0),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}}"#, 4),
        // The same name twice, the same bytes twice, a hole, a nameless rest.
        (
            #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
                + #""a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#, 2
        ),
        (
            #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"#
                + #""b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, 2
        ),
        (
            #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"#
                + #""b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#, 3
        ),
        (
            #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
                + #""b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}"#, 3
        ),
        (#"{"__metadata__":{"a":1}}"#, 0), (#"{"__metadata__":{"a":"1","a":"2"}}"#, 0),
        (#"{"__metadata__":{}, "__metadata__":{}}"#, 0), (#"[]"#, 0), (#"{"a""#, 0), (#"{"a":"#, 0), ("", 0),
        (" {}", 0),
        ("{} x", 0), ("{,}", 0), ("{\"a\\q\":{}}", 0), ("{\"a\\ud800\":{}}", 0), ("{\"a\u{1}\":{}}", 0),
        (String(repeating: "{\"a\":", count: 100_000), 0), (String(repeating: "[", count: 100_000), 0),
    ]

    @Test(arguments: broken.indices) func eachBrokenRuleIsNoticed(_ index: Int) throws {
        let (header, data) = Self.broken[index]
        let problem = try #require(throws: Problem.self) {
            try SafeTensors(bytes: Self.file(header, data: data), path: "some.safetensors")
        }
        #expect(problem.file == "some.safetensors" && problem.remedy != nil && problem.exit == .badData)
    }

    @Test func headersBeyondTheLimitOrTheFileAreRefused() throws {
        var bytes = Self.file("{}", data: 92)
        for claim: UInt64 in [100_000_001, 4 << 30, .max, UInt64(Int.max), 93] {
            for index in 0..<8 { bytes[index] = UInt8(truncatingIfNeeded: claim >> (index * 8)) }
            #expect(throws: Problem.self) { try SafeTensors(bytes: bytes) }
        }
        for count in 0..<8 { #expect(throws: Problem.self) { try SafeTensors(bytes: [UInt8](bytes.prefix(count))) } }
        // The longest header that is allowed is filled with spaces here.
        let longest = "{}" + String(repeating: " ", count: 100_000_000 - 2)
        #expect(try SafeTensors(bytes: Self.file(longest, data: 0)).entries.isEmpty)
    }

    @Test func damagedFilesEndInAProblemAndNeverInATrap() throws {
        let bytes = try Self.sample.serialized()
        var numbers = RandomStream(1)
        for _ in 0..<3000 {
            let damaged = mutated(bytes, &numbers)
            do { _ = try SafeTensors(bytes: damaged).serialized() } catch { #expect(error is Problem) }
        }
        for count in bytes.indices {
            #expect(throws: Problem.self) { try SafeTensors(bytes: [UInt8](bytes[..<count])) }
        }
    }
}
