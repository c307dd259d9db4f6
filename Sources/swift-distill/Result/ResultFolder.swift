import Checkpoints
import Diagnostics
import Foundation

/// `model_registry/distilled/latest` under the recipe's registry root: the student that a run hands over.
///
/// The folder changes as a whole, by renaming; the one before is kept beside it as `previous`.
struct ResultFolder {
    /// `…/model_registry/distilled`.
    let path: String

    init(registry: String) { path = registry + "/model_registry/distilled" }

    var latest: String { path + "/latest" }
    private var previous: String { path + "/previous" }

    /// Puts these files in the place of the last result.
    ///
    /// - Throws: `Problem` when the folder cannot be written; the last result then stays.
    func replace(with files: [(name: String, bytes: [UInt8])]) throws {
        let fresh = path + "/latest.\(ProcessInfo.processInfo.processIdentifier).tmp"
        let manager = FileManager.default
        do {
            try manager.createDirectory(atPath: fresh, withIntermediateDirectories: true)
            for file in files { try writeDurably(file.bytes, to: fresh + "/" + file.name) }
            if manager.fileExists(atPath: latest) {
                if manager.fileExists(atPath: previous) { try manager.removeItem(atPath: previous) }
                try manager.moveItem(atPath: latest, toPath: previous)
            }
            try manager.moveItem(atPath: fresh, toPath: latest)
        } catch {
            try? manager.removeItem(atPath: fresh)
            throw Problem(
                "the result cannot be written: \((error as? Problem)?.message ?? error.localizedDescription)",
                file: latest, remedy: "Make the folder writable or set registry=", exit: .inputOutput)
        }
    }
}
