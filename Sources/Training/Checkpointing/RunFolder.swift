import Checkpoints
import Diagnostics
import Foundation

/// The folder of a run, `project/name`, locked by this process for as long as the value lives.
///
/// Source: Ultralytics' layout: `weights/last`, `weights/best`, `results.csv`, `args.yaml`.
public final class RunFolder: Sendable {
    /// The folder.
    public let path: String
    /// Its checkpoints.
    public let checkpoints: CheckpointFolder
    private let lock: FolderLock

    static let weightsName = "weights"
    /// Folders tried for one name; so many runs of one name are a mistake.
    private static let mostRuns = 9999

    /// The folder of a new run: `project/name`, or `name2`, `name3`, … where that exists, unless `existOk`.
    ///
    /// - Throws: `Problem` of exit code `cannotCreate` when it cannot be made or another process uses it.
    public convenience init(
        project: String, name: String, existOk: Bool, operations: any FileOperations = SystemFiles()
    ) throws {
        let path = try existOk ? "\(project)/\(name)" : RunFolder.made(project: project, name: name)
        try self.init(locking: path, operations: operations)
    }

    /// The folder of a run that goes on.
    ///
    /// - Throws: as for a new one.
    public convenience init(resuming place: CheckpointPlace, operations: any FileOperations = SystemFiles()) throws {
        try self.init(locking: place.run, operations: operations)
    }

    private init(locking path: String, operations: any FileOperations) throws {
        self.path = path
        lock = try FolderLock(path)
        checkpoints = try CheckpointFolder(RunFolder.weights(in: path), lock: lock, operations: operations)
    }

    /// A file of the run.
    public func file(_ name: String) -> String { "\(path)/\(name)" }

    static func weights(in run: String) -> String { "\(run)/\(weightsName)" }

    /// The last part of the path: what the run is called in logs.
    public var name: String { (path as NSString).lastPathComponent }

    /// Makes the first folder of the series that does not exist; of several processes each gets its own.
    private static func made(project: String, name: String) throws -> String {
        do {
            try FileManager.default.createDirectory(atPath: project, withIntermediateDirectories: true)
        } catch {
            throw cannotMake(project, "it is no folder or may not be written")
        }
        for number in 1...mostRuns {
            let path = "\(project)/\(name)\(number == 1 ? "" : String(number))"
            // A name may have folders in it.
            let parent = (path as NSString).deletingLastPathComponent
            try? FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
            if mkdir(path, 0o777) == 0 { return path }
            let code = errno
            guard code == EEXIST else { throw cannotMake(path, String(cString: strerror(code))) }
        }
        throw cannotMake("\(project)/\(name)\(mostRuns)", "there are too many runs of this name")
    }

    private static func cannotMake(_ path: String, _ reason: String) -> Problem {
        Problem(
            "cannot be made: \(reason)", file: path, remedy: "Choose another `project` or `name`", exit: .cannotCreate)
    }

    /// Removes the checkpoints of a run that was here before, since `existOk` starts it anew.
    func removeCheckpoints() throws {
        let folder = RunFolder.weights(in: path)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        // What is made of checkpoints at the end of a run would else be taken for this one's.
        for name in names where name.hasSuffix(".safetensors") || ["best.pt", "last.pt"].contains(name) {
            guard unlink("\(folder)/\(name)") == 0 else {
                throw RunFolder.cannotMake(folder, "\(name) of the run before cannot be removed")
            }
        }
    }
}
