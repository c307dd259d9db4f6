import Diagnostics
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints
@testable import TestSupport

@Suite struct HostileTorchTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(_ bytes: [UInt8], limits: ReadingLimits = ReadingLimits()) throws -> TorchCheckpoint {
        try TorchCheckpoint(folder.file("model.pt", bytes), limits: limits)
    }

    private func problem(_ zip: ZipText, limits: ReadingLimits = ReadingLimits()) throws -> Problem {
        let problem = try #require(throws: Problem.self) { try read(zip.bytes, limits: limits) }
        #expect(problem.file == folder.path + "/model.pt" && problem.remedy != nil && problem.exit == .badData)
        return problem
    }

    private func state(_ tensor: PickleText) -> ZipText {
        TorchCheckpointTests.zip(.dictionary([("some.weight", tensor)]))
    }

    @Test func tensorsOutsideTheirStorageAreRefused() throws {
        let big = Int.max
        for tensor: PickleText in [
            .tensor("0", [7]), .tensor("0", [6], offset: 1, count: 6), .tensor("0", [6], offset: -1, count: 6),
            .tensor("0", [2, 3], strides: [4, 1], count: 6), .tensor("0", [2], strides: [-1], count: 6),
            .tensor("0", [2], strides: [big], count: 6), .tensor("0", [3, 2], strides: [big, big], count: 6),
            .tensor("0", [1 << 62], strides: [0], count: 6), .tensor("0", [1 << 32, 1 << 32], count: 6),
            .tensor("0", [-1], count: 6), .tensor("0", [1], offset: big, count: 6), .tensor("0", [6], count: big),
            .tensor("0", [1 << 40], strides: [0], count: 6), .tensor("0", [6], storage: "DoubleStorage"),
            .tensor("9", [1]), .tensor("../0", [1]), .tensor("0", [1], storage: "ComplexFloatStorage"),
            .tensor("0", [1, 1], strides: [1]), .tensor("0", [Int](repeating: 1, count: 65)),
            .tensor("0", [1], count: -1),
        ] { _ = try problem(state(tensor)) }
        #expect(try problem(state(.tensor("0", [7]))).message.contains("some.weight") == true)
    }

    @Test func liesInTheArchivesDirectoryAreNoticed() throws {
        func changed(_ index: Int, _ change: (inout ZipText.Entry) -> Void) -> ZipText {
            var zip = TorchCheckpointTests.zip(.dictionary([("model", TorchCheckpointTests.model)]))
            change(&zip.entries[index])
            return zip
        }
        for entry in [0, 2] {
            _ = try problem(changed(entry) { $0.claimedSize = 1 << 31 })
            _ = try problem(changed(entry) { $0.claimedPackedSize = 1 << 31 })
            _ = try problem(changed(entry) { $0.claimedSize = $0.bytes.count - 1 })
            _ = try problem(changed(entry) { $0.claimedChecksum = 1 })
            _ = try problem(changed(entry) { $0.method = 12 })
            _ = try problem(changed(entry) { $0.flags = 1 })
            _ = try problem(
                changed(entry) {
                    $0.isZip64 = true; $0.claimedSize = 1 << 61; $0.claimedPackedSize = 1 << 61
                })
            _ = try problem(
                changed(entry) {
                    $0.isDeflated = true; $0.claimedSize = $0.bytes.count + 1
                })
            _ = try problem(
                changed(entry) {
                    $0.isDeflated = true; $0.claimedSize = $0.bytes.count - 1
                })
        }
        _ = try problem(changed(2) { $0.name = "best/data/1" })
        _ = try problem(changed(0) { $0.name = "data.pkl" })
        _ = try problem(changed(0) { $0.name = "../../data.pkl" })
        _ = try problem(changed(3) { $0.name = "other/data.pkl" })
        _ = try problem(changed(1) { $0.bytes = Array("big".utf8) })
        _ = try problem(changed(0) { $0.bytes = [] })
        var zip = changed(0) { _ in }
        zip.claimedCount = 60_000
        _ = try problem(zip)
    }

    @Test func limitsOfArchiveAndModelHoldAtTheLimitAndOneBeyond() throws {
        let zip = TorchCheckpointTests.zip(.dictionary([("model", TorchCheckpointTests.model)]))
        func expectLimit(_ set: (inout ReadingLimits, Int) -> Void, at limit: Int) throws {
            var limits = ReadingLimits()
            set(&limits, limit)
            _ = try read(zip.bytes, limits: limits)
            set(&limits, limit - 1)
            _ = try problem(zip, limits: limits)
        }
        try expectLimit({ $0.archiveEntries = $1 }, at: zip.entries.count)
        try expectLimit({ $0.pickleBytes = $1 }, at: zip.entries[0].bytes.count)
        try expectLimit({ $0.tensors = $1 }, at: 6)
        try expectLimit({ $0.tableValues = $1 }, at: 14)
    }

    @Test func modulesThatContainThemselvesOrTooMuchAreRefused() throws {
        // A module whose only child is itself.
        var cycle: [UInt8] = Array("cm\nModule\n".utf8) + [0x29, 0x81, 0x71, 0]
        cycle += [0x7D] + PickleText.string("_modules").bytes + [0x7D] + PickleText.string("m").bytes
        cycle += [0x68, 0, 0x73, 0x73, 0x62]
        _ = try problem(.checkpoint(.dictionary([("model", .raw(cycle))])))
        // Ninety modules, each holding the one before twice.
        var bomb: [UInt8] = Array("cm\nModule\n".utf8) + [0x29, 0x81, 0x71, 0]
        for level in UInt8(1)...90 {
            bomb += Array("cm\nModule\n".utf8) + [0x29, 0x81, 0x7D] + PickleText.string("_modules").bytes + [0x7D]
            for name in ["a", "b"] { bomb += PickleText.string(name).bytes + [0x68, level - 1, 0x73] }
            bomb += [0x73, 0x62, 0x71, level]
        }
        _ = try problem(.checkpoint(.dictionary([("model", .raw(bomb))])))
    }

    @Test func filesWithoutAModelAreRefused() throws {
        for root: PickleText in [
            .dictionary([]), .none, .dictionary([("model", .none), ("ema", .none)]), .dictionary([("a", .int(1))]),
            .dictionary([("model", .object("m", "Model", []))]),
            .dictionary([("model", .object("m", "DistillationModel", []))]),
            .dictionary([("model", .object("m", "Model", [("_modules", .dictionary([]))]))]),
        ] { _ = try problem(.checkpoint(root)) }
        _ = try problem(
            state(
                .raw(
                    PickleText.tensor("0", [1]).bytes + PickleText.string("some.weight").bytes
                        + PickleText.tensor("0", [1]).bytes)))
    }

    @Test func otherFilesAreToldWhatTheyAre() throws {
        func message(_ bytes: [UInt8]) throws -> String {
            let path = try folder.file("x.pt", bytes)
            let problem = try #require(throws: Problem.self) { try ModelFile.read(path) }
            #expect(problem.file == path && problem.remedy != nil && problem.exit == .badData)
            return problem.message
        }
        #expect(try message([]).contains("empty"))
        #expect(try message(Array("version https://git-lfs.github.com/spec/v1\n".utf8)).contains("LFS"))
        #expect(try message(Array("<!DOCTYPE html><html>".utf8)).contains("web page"))
        #expect(try message([0x80, 2, 0x8A, 0x0A, 0x6C]).contains("1.6"))
        #expect(try message([0x80, 4, 0x4E, 0x2E]).contains("pickle"))
        #expect(try message([0xFF, 0xD8, 0xFF]).contains("neither"))
        #expect(try message([0x50, 0x4B, 3, 4]).contains("truncated"))
        #expect(try message(ZipText(entries: [.init(name: "a.txt", bytes: [1])]).bytes).contains("no PyTorch"))
        #expect(throws: Problem.self) { try TorchCheckpoint(contentsOf: folder.file("x", SafeTensors().serialized())) }
    }

    @Test func missingAndUnreadablePathsAreNamed() throws {
        for path in [folder.path + "/none.pt", folder.path, "/dev/zero", folder.path + "/none/none.pt"] {
            let problem = try #require(throws: Problem.self) { try ModelFile.read(path) }
            #expect(problem.file == path && problem.exit == .missingInput && problem.remedy != nil)
        }
        let pipe = folder.path + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(throws: Problem.self) { try ModelFile.read(pipe) }
    }

    @Test func truncatedAndDamagedFilesEndInAProblemOrTheSameWeights() throws {
        let bytes = TorchCheckpointTests.zip(.dictionary([("model", TorchCheckpointTests.model)])).bytes
        for count in stride(from: 0, to: bytes.count, by: 7) {
            #expect(throws: Problem.self) { try read(Array(bytes[..<count])) }
        }
        let sound = try read(bytes).weights.map(\.weight)
        var numbers = RandomStream(3)
        for _ in 0..<200 {
            var flipped = bytes
            flipped[Int.random(in: 0..<bytes.count, using: &numbers)] ^= 1 << UInt8.random(in: 0..<8, using: &numbers)
            do { #expect(try read(flipped).weights.map(\.weight) == sound) } catch { #expect(error is Problem) }
        }
        for _ in 0..<1500 {
            do { _ = try read(mutated(bytes, &numbers)) } catch { #expect(error is Problem) }
        }
    }
}
