import Diagnostics
import Foundation

/// Folders that are not there yet.
enum FolderProbe {
    /// Folders on the way to one, itself included, that do not exist, deepest first.
    private static func missing(_ path: String) -> [String] {
        var folders: [String] = []
        var folder = path
        var status = stat()
        while !folder.isEmpty, stat(folder, &status) != 0 {
            folders.append(folder)
            folder = FilePath.folder(of: folder)
        }
        return folders
    }

    /// Makes a folder and those around it.
    ///
    /// - Throws: what `problem` makes of the folder that cannot be made, and of the reason.
    static func make(_ path: String, problem: (_ folder: String, _ reason: String) -> Problem) throws {
        for folder in missing(path).reversed() where mkdir(folder, 0o777) != 0 && errno != EEXIST {
            throw problem(folder, String(cString: strerror(errno)))
        }
    }

    /// Throws when something could not be put into a folder, which need not exist; leaves nothing behind.
    static func check(_ path: String, problem: (_ folder: String, _ reason: String) -> Problem) throws {
        let probe = "\(path)/probe.\(getpid()).tmp"
        let folders = missing(probe)
        defer { for folder in folders { rmdir(folder) } }
        try make(probe) { problem($0 == probe ? path : $0, $1) }
    }
}
