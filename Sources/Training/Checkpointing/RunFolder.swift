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

    /// The folder of a new run: `project/name`, or `name-2`, `name-3`, … where that exists, unless `existOk`.
    ///
    /// - Throws: `Problem` of exit code `cannotCreate` when it cannot be made or another process uses it.
    public convenience init(
        project: String, name: String, existOk: Bool, operations: any FileOperations = SystemFiles()
    ) throws {
        let path = try existOk ? "\(project)/\(name)" : FolderSeries.make(project: project, name: name)
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

    /// Removes the checkpoints of a run that was here before, since `existOk` starts it anew.
    func removeCheckpoints() throws {
        let folder = RunFolder.weights(in: path)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        // What is made of checkpoints at the end of a run would else be taken for this one's.
        for name in names where name.hasSuffix(".safetensors") || ["best.pt", "last.pt"].contains(name) {
            guard unlink("\(folder)/\(name)") == 0 else {
                throw FolderSeries.cannotMake(folder, "\(name) of the run before cannot be removed")
            }
        }
    }
}
