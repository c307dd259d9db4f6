import Diagnostics
import Foundation
import Testing

@testable import Checkpoints

@Suite struct PickleWriterTests {
    private func read(_ tree: PickleTree) throws -> PickleGraph {
        try PickleReader.read(try PickleWriter.write(tree).bytes, path: "own", limits: ReadingLimits())
    }

    @Test(arguments: [
        0, 1, 255, 256, 65_535, 65_536, -1, Int(Int32.min), Int(Int32.max), Int(Int32.max) + 1, .min, .max,
    ])
    func wholeNumbersOfEverySizeComeBack(_ number: Int) throws {
        #expect(try read(.int(number)).root == .int(number))
    }

    @Test(arguments: [0.0, -0.0, 0.1, -1e300, .infinity, .leastNonzeroMagnitude])
    func numbersComeBackBitForBit(_ number: Double) throws {
        guard case .double(let found) = try read(.double(number)).root else { throw Problem("no number") }
        #expect(found.bitPattern == number.bitPattern)
    }

    @Test func textsComeBackHoweverStrangeAndHoweverOftenRepeated() throws {
        let texts = ["", "it's \"a\"", "a\nb,c", "🔥", String(repeating: "é", count: 500), "\\", "a\u{0}b"]
        let tree = PickleTree.list((texts + texts).map { .string($0) })
        let graph = try read(tree)
        #expect(graph.elements(graph.root) == (texts + texts).map { .string($0) })
    }

    @Test func aTextThatIsRepeatedIsWrittenOnce() throws {
        let once = try PickleWriter.write(.list(["a rather long text"])).bytes.count
        let often = try PickleWriter.write(.list([PickleTree](repeating: "a rather long text", count: 300))).bytes.count
        #expect(often < once + 300 * 3)
    }

    /// More things to remember than one byte counts.
    @Test func manyDifferentTextsAreRememberedApart() throws {
        let texts = (0..<1000).map { "text \($0)" }
        let graph = try read(.list((texts + texts.reversed()).map { .string($0) }))
        #expect(graph.elements(graph.root) == (texts + texts.reversed()).map { .string($0) })
    }

    @Test func containersObjectsAndTensorsComeBack() throws {
        let entry = SafeTensors.Entry(floats: [1, 2, 3, 4, 5, 6], shape: [2, 3])
        let graph = try read(
            .named([
                (
                    "tuples",
                    .list([.tuple([]), .tuple([1]), .tuple([1, 2]), .tuple([1, 2, 3]), .tuple([1, 2, 3, 4])])
                ),
                ("empty", .list([.list([]), .dictionary([]), .none, true, false])),
                ("object", .object(.global(module: "a.b", name: "C"), [(key: "x", value: .tensor(entry))])),
            ]))
        let tuples = try #require(graph.elements(graph.member("tuples", of: graph.root)))
        #expect(tuples.map { graph.elements($0)?.count } == [0, 1, 2, 3, 4])
        #expect(graph.elements(graph.member("empty", of: graph.root))?.suffix(3) == [.none, .bool(true), .bool(false)])
        let object = try #require(graph.member("object", of: graph.root))
        #expect(graph.className(object) == "C")
        guard case .tensor(let index) = graph.member("x", of: object) else { throw Problem("no tensor") }
        #expect(graph.tensors[index].shape == [2, 3] && graph.tensors[index].strides == [3, 1])
        #expect(graph.tensors[index].storage.type == "F32" && graph.tensors[index].storage.count == 6)
    }

    @Test func aTypeWithoutAStorageIsRefused() throws {
        #expect(throws: Problem.self) {
            try PickleWriter.write(.tensor(.init(type: "F8_E5M2", shape: [1], bytes: [0])))
        }
    }

    @Test func equalTreesGiveEqualArchivesWithStoredEntriesAndNoDates() throws {
        let tree = PickleTree.named([("x", .parameter(.init(floats: [1, 2], shape: [2])))])
        let bytes = try TorchWriting.file(tree)
        #expect(bytes == (try TorchWriting.file(tree)))
        let folder = try TemporaryFolder()
        let path = try folder.file("own.pt", bytes)
        let archive = try ZipArchive(path, fileSize: bytes.count, limits: ReadingLimits())
        #expect(
            Set(archive.entries.keys)
                == ["archive/data.pkl", "archive/byteorder", "archive/data/0", "archive/version"])
        // Local headers: method 0, then time and day of 1 January 1980.
        #expect(Array(bytes[8..<14]) == [0, 0, 0, 0, 0x21, 0])
    }
}
