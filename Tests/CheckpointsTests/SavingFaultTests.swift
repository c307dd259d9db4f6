import Checkpoints
import Diagnostics
import Foundation
import Testing

/// Every call of a save fails, the process dies at every call, the power goes after every call: a checkpoint loads.
@Suite struct SavingFaultTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func save(_ steps: ClosedRange<Int>, _ operations: any FileOperations = SystemFiles()) throws {
        let checkpoints = try CheckpointFolder(folder.path, lock: FolderLock(folder.path), operations: operations)
        for step in steps {
            try checkpoints.save(CheckpointFolderTests.checkpoint(step), as: "last")
            try checkpoints.link("last", as: "best")
        }
    }

    private func step(_ name: String = "last", in path: String? = nil) throws -> Int {
        let text = try CheckpointFolder.load(name, in: path ?? folder.path).tensors.metadata["step"]
        return Int(text ?? "") ?? -1
    }

    private var unfinished: [String] { folder.names.filter { $0.hasSuffix(".tmp") } }

    /// Lets call `k` fail for k = 1, 2, … until nothing fails any more; tells how many calls there were.
    private func failEachCall(
        with code: Int32, fromThenOn: Bool = false, _ check: (_ k: Int, _ failed: Problem?) throws -> Void
    ) throws -> Int {
        for k in 1...1000 {
            try save(1...2)
            let operations = RecordingFiles(largestWrite: 400) { number, _ in
                number == k || (fromThenOn && number > k) ? code : nil
            }
            var problem: Problem?
            do { try save(3...3, operations) } catch { problem = try #require(error as? Problem) }
            if operations.count < k { return k - 1 }
            try check(k, problem)
        }
        return 1000
    }

    @Test(arguments: [ENOSPC, EIO, EDQUOT, EROFS], [false, true])
    func whenACallFailsACheckpointLoadsAndTheNextSaveWorks(_ code: Int32, _ fromThenOn: Bool) throws {
        let calls = try failEachCall(with: code, fromThenOn: fromThenOn) { k, problem in
            let now = try step()
            #expect(now == 3 || (problem != nil && now == 2), "call \(k)")
            #expect([2, 3].contains(try step("best")), "call \(k)")
            if let problem, problem.exit != .cannotCreate {
                #expect(problem.exit == .inputOutput && problem.remedy != nil && problem.file != nil)
            }
            if !fromThenOn { #expect(unfinished.isEmpty, "call \(k)") }
            try save(4...4)
            #expect(try step() == 4 && unfinished.isEmpty)
        }
        #expect(calls >= 12)
    }

    @Test func interruptedCallsAndShortWritesGoUnnoticed() throws {
        let calls = try failEachCall(with: EINTR) { k, problem in
            let now = try step()
            #expect(now == 3 && problem == nil && unfinished.isEmpty, "call \(k)")
        }
        #expect(calls >= 12)
    }

    @Test func whenTheProcessDiesAtAnyCallACheckpointLoads() throws {
        // Nothing works after the death, not even cleaning up.
        let calls = try failEachCall(with: ENOENT, fromThenOn: true) { k, _ in
            #expect([2, 3].contains(try step()), "call \(k)")
            #expect([2, 3].contains(try step("best")), "call \(k)")
            try save(4...4)
            #expect(try step() == 4 && unfinished.isEmpty)
        }
        #expect(calls >= 12)
    }

    @Test func whenThePowerGoesAtAnyCallACheckpointLoads() throws {
        let recorder = RecordingFiles(largestWrite: 700)
        try save(1...3, recorder)
        let calls = recorder.calls
        var states = 0
        for end in 0...calls.count {
            let disk = Disk(after: calls[..<end])
            for survivors in 0...disk.unsynced.count {
                for tear in [0, 512, Int.max] {
                    let state = try TemporaryFolder()
                    try disk.write(to: state.path, survivingNames: survivors, tear: tear)
                    states += 1
                    guard disk.finishedSaves > 0 else { continue }
                    let loaded = try step(in: state.path)
                    #expect((disk.finishedSaves...disk.finishedSaves + 1).contains(loaded))
                }
            }
        }
        #expect(states >= 150)
    }

    @Test func aLimitOnTheSizeOfFilesFailsOneSaveOnly() throws {
        try save(1...2)
        // As the kernel reports it: part of the bytes, then EFBIG.
        let limited = RecordingFiles(largestWrite: 100) { number, operation in
            operation == "write" && number > 5 ? EFBIG : nil
        }
        let problem = try #require(throws: Problem.self) { try save(3...3, limited) }
        #expect(problem.exit == .inputOutput && problem.remedy?.contains("ulimit") == true)
        #expect(try step() == 2 && unfinished.isEmpty)
    }
}

/// What a disk holds after some calls, when the power goes: files as far as they were synced, names as far as the folder
/// was, and any number of the names changed since, in order.
private struct Disk {
    private var contents: [Int: [UInt8]] = [:]
    private var synced: Set<Int> = []
    private var names: [String: Int] = [:]
    /// The names as they are seen before the power goes.
    private var seen: [String: Int] = [:]
    private(set) var unsynced: [RecordingFiles.Call] = []
    /// Saves of `last` that are complete, its name synced.
    private(set) var finishedSaves = 0
    private var savesSeen = 0

    init(after calls: ArraySlice<RecordingFiles.Call>) {
        for call in calls {
            switch call {
            case .write(let path, let bytes): contents[seen[path] ?? -1, default: []] += bytes
            case .sync(let path): synced.insert(seen[path] ?? -1)
            case .syncFolder:
                names = seen
                unsynced = []
                finishedSaves = savesSeen
            default:
                Self.apply(call, &seen)
                unsynced.append(call)
                if case .rename(_, let target) = call, target.hasSuffix("/last.safetensors") { savesSeen += 1 }
            }
        }
    }

    private static func apply(_ call: RecordingFiles.Call, _ names: inout [String: Int]) {
        switch call {
        // The temporary's name is its file's number: it is used once only.
        case .create(let path): names[path] = path.hashValue
        case .link(let path, let second): names[second] = names[path]
        case .unlink(let path): names[path] = nil
        case .rename(let path, let target) where names[path] != names[target]:
            names[target] = names[path]
            names[path] = nil
        default: break
        }
    }

    func write(to folder: String, survivingNames: Int, tear: Int) throws {
        var names = names
        for call in unsynced.prefix(survivingNames) { Self.apply(call, &names) }
        for (path, file) in names {
            var bytes = contents[file] ?? []
            if !synced.contains(file) { bytes = Array(bytes.prefix(tear)) }
            let name = (path as NSString).lastPathComponent
            try Data(bytes).write(to: URL(filePath: "\(folder)/\(name)"))
        }
    }
}
