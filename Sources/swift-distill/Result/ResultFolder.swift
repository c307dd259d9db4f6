import CHost
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

    private var fresh: String { path + "/latest.\(ProcessInfo.processInfo.processIdentifier).tmp" }

    /// What a run that was killed while it wrote has left, a day later: until then somebody may be writing.
    private func removeAbandoned() {
        let manager = FileManager.default
        for name in (try? manager.contentsOfDirectory(atPath: path)) ?? []
        where name.hasPrefix("latest.") && name.hasSuffix(".tmp") {
            let file = "\(path)/\(name)"
            let date = (try? manager.attributesOfItem(atPath: file))?[.modificationDate] as? Date
            if let date, date.timeIntervalSinceNow < -86_400 { try? manager.removeItem(atPath: file) }
        }
    }

    /// Where there is no result yet, and where the file system cannot exchange two folders.
    private func moveInPlace() throws {
        let manager = FileManager.default
        let isReplacing = manager.fileExists(atPath: latest)
        if isReplacing {
            try? manager.removeItem(atPath: previous)
            try manager.moveItem(atPath: latest, toPath: previous)
        }
        do {
            try manager.moveItem(atPath: fresh, toPath: latest)
        } catch {
            if isReplacing { try? manager.moveItem(atPath: previous, toPath: latest) }
            throw error
        }
    }

    /// Throws when a result could not be put here; leaves nothing behind.
    ///
    /// - Throws: `Problem` of exit code `cannotCreate`.
    func check() throws {
        let missing = missingFolders
        defer { for folder in missing { rmdir(folder) } }
        try make(missing, exit: .cannotCreate)
    }

    /// Folders on the way to a new result that do not exist, deepest first.
    private var missingFolders: [String] {
        var folders: [String] = []
        var folder = fresh
        var status = stat()
        while !folder.isEmpty, stat(folder, &status) != 0 {
            folders.append(folder)
            folder = FilePath.folder(of: folder)
        }
        return folders
    }

    private func make(_ missing: [String], exit: ExitCode) throws {
        for folder in missing.reversed() where mkdir(folder, 0o777) != 0 && errno != EEXIST {
            throw Problem(
                "the folder of results cannot be made: \(String(cString: strerror(errno)))", file: folder,
                remedy: "Make it writable, or set `registry` to a folder that is", exit: exit)
        }
    }

    /// Puts these files in the place of the last result; all of them and the first as it is being there already, nothing
    /// changes, so that a finished run that is started again does not push the result before out.
    ///
    /// - Throws: `Problem` when the folder cannot be written; the last result then stays.
    func replace(with files: [(name: String, bytes: [UInt8])]) throws {
        let manager = FileManager.default
        let isThere = files.allSatisfy { manager.fileExists(atPath: latest + "/" + $0.name) }
        if isThere, manager.contents(atPath: latest + "/" + files[0].name) == Data(files[0].bytes) { return }
        removeAbandoned()
        do {
            try make(missingFolders, exit: .inputOutput)
            for file in files { try writeDurably(file.bytes, to: fresh + "/" + file.name) }
            if chost_exchange(fresh, latest) == 0 {
                try? manager.removeItem(atPath: previous)
                try manager.moveItem(atPath: fresh, toPath: previous)
            } else {
                try moveInPlace()
            }
        } catch {
            try? manager.removeItem(atPath: fresh)
            if let problem = error as? Problem { throw problem }
            throw Problem(
                "the result cannot be written: \(error.localizedDescription)", file: latest,
                remedy: "Make the folder writable, or set `registry`", exit: .inputOutput)
        }
    }
}
