import Checkpoints
import Diagnostics
import Foundation

/// A checkpoint on disk, as users point at it: by its run folder or by its file.
public struct CheckpointPlace: Equatable, Codable, Sendable {
    /// The run folder.
    public var run: String
    /// `last`, `best`, `epoch10`, …
    public var name: String
    /// The folder of the run's checkpoints.
    public var folder: String

    /// The checkpoint's file.
    public var file: String { CheckpointFolder.file(name, in: folder) }

    /// The checkpoint's file and the one before it, which does where the first is missing or damaged.
    private var files: [String] { [file, CheckpointFolder.file(name + ".prev", in: folder)] }

    /// The newest checkpoint of the run in a folder.
    public init(run: String) {
        self.init(run: run, name: "last", folder: RunFolder.weights(in: run))
    }

    private init(run: String, name: String, folder: String) {
        self.run = run
        self.name = name
        self.folder = folder
    }

    /// What `resume: PATH` means: a run folder, its `weights`, or a checkpoint file in there; for the `.pt` of the same name,
    /// as the reference's users write it, the checkpoint beside it.
    ///
    /// - Throws: `Problem` when there is nothing, or when the file does not lie in the `weights` of a run folder.
    public init(resuming path: String) throws {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        let full = CheckpointPlace.checkpoint(beside: URL(filePath: path).standardizedFileURL.path)
        if isFolder.boolValue {
            let isWeights = (full as NSString).lastPathComponent == RunFolder.weightsName
            self.init(run: isWeights ? FilePath.folder(of: full) : full)
            // Else the folder would be locked, and so written into, before that is found.
            guard files.contains(where: { FileManager.default.fileExists(atPath: $0) }) else {
                throw Problem(
                    "holds no checkpoint, so there is nothing to resume", file: path,
                    remedy: "Give a run folder or its last.safetensors", exit: .missingInput)
            }
            return
        }
        let folder = FilePath.folder(of: full)
        let file = (full as NSString).lastPathComponent
        let suffix = ".safetensors"
        let name = String(file.dropLast(suffix.count))
        // A missing file may still have the one before it.
        let previous = CheckpointFolder.file(name + ".prev", in: folder)
        guard
            exists || FileManager.default.fileExists(atPath: full)
                || (file.hasSuffix(suffix) && FileManager.default.fileExists(atPath: previous))
        else {
            throw Problem(
                "does not exist, so there is nothing to resume", file: path,
                remedy: "Give a run folder or its last.safetensors", exit: .missingInput)
        }
        guard file.hasSuffix(suffix), (folder as NSString).lastPathComponent == RunFolder.weightsName else {
            throw Problem(
                "is no checkpoint in the folder `\(RunFolder.weightsName)` of a run", file: path,
                remedy: "Give a run folder or its last.safetensors; to start from weights set `pretrained`")
        }
        self.init(run: FilePath.folder(of: folder), name: name, folder: folder)
    }

    /// The checkpoint that the field's file of weights was made of, where it is there; else the path itself.
    private static func checkpoint(beside path: String) -> String {
        guard path.hasSuffix(".pt") else { return path }
        let other = CheckpointFolder.file(
            String((path as NSString).lastPathComponent.dropLast(3)), in: FilePath.folder(of: path))
        return FileManager.default.fileExists(atPath: other) ? other : path
    }

    /// What `resume: true` means: of the runs `project/name`, `project/name-2`, … the one saved last; nil when none has a
    /// checkpoint.
    ///
    /// - Throws: `Problem` when the folder cannot be searched: what is in there must not be taken for lost.
    public static func latest(in project: String, name: String) throws -> CheckpointPlace? {
        guard FileManager.default.fileExists(atPath: project) else { return nil }
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: project) } catch {
            throw Problem(
                "cannot be searched for a run to resume: \(error.localizedDescription)", file: project,
                remedy: "Make the folder readable", exit: .missingInput)
        }
        let runs = names.filter { FolderSeries.contains($0, of: name) }
        let dated = runs.compactMap { run -> (place: CheckpointPlace, date: Date)? in
            let place = CheckpointPlace(run: "\(project)/\(run)")
            let dates = place.files.compactMap {
                (try? FileManager.default.attributesOfItem(atPath: $0))?[.modificationDate] as? Date
            }
            return dates.max().map { (place, $0) }
        }
        return dated.max { ($0.date, $0.place.run) < ($1.date, $1.place.run) }?.place
    }
}
