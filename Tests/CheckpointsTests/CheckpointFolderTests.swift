import Checkpoints
import Diagnostics
import Foundation
import Testing

@Suite struct CheckpointFolderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    static func checkpoint(_ step: Int) -> SafeTensors {
        SafeTensors(
            entries: [
                "model.a": .init(floats: (0..<40).map { Float($0 * step) }, shape: [5, 8]),
                "model.b": .init(floats: (0..<40).map { Float($0 + step) }, shape: [5, 8]),
            ], metadata: ["step": "\(step)"])
    }

    private func open(_ operations: any FileOperations = SystemFiles()) throws -> CheckpointFolder {
        try CheckpointFolder(folder.path, lock: FolderLock(folder.path), operations: operations)
    }

    private func step(_ name: String = "last") throws -> String? {
        try CheckpointFolder.load(name, in: folder.path).tensors.metadata["step"]
    }

    private var last: String { folder.path + "/last.safetensors" }

    @Test func aSavedCheckpointIsLoadedAndTheOneBeforeIsKept() throws {
        let checkpoints = try open()
        for step in 1...3 { try checkpoints.save(Self.checkpoint(step), as: "last") }
        let loaded = try checkpoints.load("last")
        #expect(loaded.tensors.entries == Self.checkpoint(3).entries && loaded.warning == nil)
        #expect(try step("last.prev") == "2")
        #expect(folder.names == ["last.prev.safetensors", "last.safetensors", "run.lock"])
    }

    @Test func aSecondNameKeepsWhatItNames() throws {
        let checkpoints = try open()
        try checkpoints.save(Self.checkpoint(1), as: "last")
        for _ in 0..<2 { try checkpoints.link("last", as: "best") }
        try checkpoints.save(Self.checkpoint(2), as: "last")
        try checkpoints.link("last", as: "epoch2")
        try checkpoints.save(Self.checkpoint(3), as: "last")
        #expect(try [step("best"), step("epoch2"), step()] == ["1", "2", "3"])
        #expect(folder.names.count == 5)
    }

    @Test func savingWorksWhereFilesCannotHaveTwoNames() throws {
        let checkpoints = try open(RecordingFiles { _, operation in operation == "link" ? EPERM : nil })
        for step in 1...3 { try checkpoints.save(Self.checkpoint(step), as: "last") }
        try checkpoints.link("last", as: "best")
        #expect(try [step(), step("last.prev"), step("best")] == ["3", "2", "3"])
        #expect(folder.names.count == 4)
    }

    @Test func withoutACheckpointThereIsAMessage() throws {
        let problem = try #require(throws: Problem.self) { try step() }
        #expect(problem.exit == .missingInput && problem.file == last)
    }

    @Test func everyDamageIsNoticedAndTheOneBeforeIsUsed() throws {
        let checkpoints = try open()
        for step in 1...2 { try checkpoints.save(Self.checkpoint(step), as: "last") }
        let sound = [UInt8](try Data(contentsOf: URL(filePath: last)))
        var damaged: [[UInt8]] = []
        for bit in stride(from: 0, to: sound.count * 8, by: 17) {
            damaged.append(sound)
            damaged[damaged.count - 1][bit / 8] ^= 1 << UInt8(bit % 8)
        }
        for count in stride(from: 0, to: sound.count, by: 13) { damaged.append(Array(sound[..<count])) }
        damaged += [sound + [0], sound + sound]
        var exchanged = try SafeTensors(bytes: sound)
        exchanged.entries["model.a"] = exchanged.entries["model.b"]
        exchanged.entries["model.b"] = try SafeTensors(bytes: sound).entries["model.a"]
        damaged.append(try exchanged.serialized())
        exchanged = try SafeTensors(bytes: sound)
        exchanged.entries["model.b"] = nil
        damaged.append(try exchanged.serialized())
        for bytes in damaged {
            _ = try folder.file("last.safetensors", bytes)
            let loaded = try CheckpointFolder.load("last", in: folder.path)
            // A flipped bit in the padding of the header changes nothing, but must not go unnoticed elsewhere.
            if loaded.tensors != (try SafeTensors(bytes: sound)) {
                #expect(loaded.tensors.metadata["step"] == "1")
                #expect(loaded.warning?.contains("last.prev.safetensors") == true)
            }
        }
        #expect(damaged.count > 300)
        try FileManager.default.removeItem(atPath: last)
        #expect(try step() == "1")
        _ = try folder.file("last.prev.safetensors", [1])
        _ = try folder.file("last.safetensors", [1])
        let problem = try #require(throws: Problem.self) { try step() }
        #expect(problem.exit == .badData)
    }

    @Test func aDamagedCheckpointNeverTakesThePlaceOfTheSoundOneBeforeIt() throws {
        var checkpoints: CheckpointFolder? = try open()
        for step in 1...2 { try checkpoints?.save(Self.checkpoint(step), as: "last") }
        checkpoints = nil
        _ = try folder.file("last.safetensors", [1, 2, 3])
        try open().save(Self.checkpoint(3), as: "last")
        #expect(try [step(), step("last.prev")] == ["3", "1"])
    }

    @Test func aFolderIsUsedByOneProcessAtATime() throws {
        var first: FolderLock? = try FolderLock(folder.path)
        #expect(first != nil)
        let problem = try #require(throws: Problem.self) { try CheckpointFolder(folder.path) }
        #expect(problem.exit == .cannotCreate)
        #expect(problem.message.contains("process \(getpid()) on \(ProcessInfo.processInfo.hostName)"))
        first = nil
        _ = try CheckpointFolder(folder.path)
    }

    @Test func aFolderThatCannotBeMadeIsNamed() throws {
        let path = try folder.file("file", [1]) + "/run"
        let problem = try #require(throws: Problem.self) { try CheckpointFolder(path) }
        #expect(problem.exit == .cannotCreate && problem.file == path && problem.remedy != nil)
    }

    @Test func unfinishedFilesOfKilledProcessesAreRemoved() throws {
        for name in ["last.safetensors.node-1.cluster-123-4.tmp", "best.safetensors.h-1-0.tmp"] {
            _ = try folder.file(name, [1])
        }
        for name in ["notes.tmp", "a-b.tmp", "mine.safetensors"] { _ = try folder.file(name, [1]) }
        _ = try open()
        #expect(folder.names == ["a-b.tmp", "mine.safetensors", "notes.tmp", "run.lock"])
    }
}
