import Checkpoints
import Diagnostics
import Exports
import Foundation
import Training

/// Where a model is read from: the file that a user means by a path.
struct ModelPlace {
    /// The file.
    let path: String

    /// Files that a folder is asked for, the first of them that exists: a run's, then the registry's.
    private static let files = [
        "weights/best.safetensors", "weights/last.safetensors", "best.safetensors", "last.safetensors",
        "model.safetensors", "weights/best.pt", "weights/last.pt", "best.pt", "last.pt", "model.pt",
    ]

    /// - Parameter path: a file, or the folder of a run, of its weights or of a result.
    /// - Throws: `Problem` when a folder holds no model.
    init(_ path: String) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            self.path = path
            return
        }
        let folder = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        let found = Self.files.map { "\(folder)/\($0)" }.first { FileManager.default.fileExists(atPath: $0) }
        guard let found else {
            throw Problem(
                "holds no model", file: path, remedy: "Give the folder of a run, or the file of a model",
                exit: .missingInput)
        }
        self.path = found
    }

    /// The model with all that is known of it; of a training checkpoint the averaged weights.
    ///
    /// - Throws: `Problem` when the file is damaged, holds no detector, or weights that nothing can be computed with.
    func model() throws -> ExportedModel {
        var file = try ModelFile.read(path)
        if file.metadata["format"] == ModelFile.checkpointFormat {
            file.record = try RunRecord(checkpoint: path).record
        }
        return try ExportedModel(file, path: path)
    }
}
