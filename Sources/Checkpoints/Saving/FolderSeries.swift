import Diagnostics
import Foundation

/// Folders of one name, numbered as the reference does: `name`, `name-2`, `name-3`, …
public enum FolderSeries {
    /// Folders tried for one name; so many runs of one name are a mistake.
    private static let mostRuns = 9999

    /// Makes the first folder of the series that does not exist; of several processes each gets its own.
    ///
    /// - Throws: `Problem` of exit code `cannotCreate`.
    public static func make(project: String, name: String) throws -> String {
        do {
            try FileManager.default.createDirectory(atPath: project, withIntermediateDirectories: true)
        } catch {
            throw cannotMake(project, "it is no folder or may not be written")
        }
        for number in 1...mostRuns {
            let path = "\(project)/\(name)\(number == 1 ? "" : "-\(number)")"
            // A name may have folders in it.
            let parent = FilePath.folder(of: path)
            try? FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
            if mkdir(path, 0o777) == 0 { return path }
            let code = errno
            guard code == EEXIST else { throw cannotMake(path, String(cString: strerror(code))) }
        }
        throw cannotMake("\(project)/\(name)-\(mostRuns)", "there are too many runs of this name")
    }

    /// The folder of this very name, which may be there already.
    ///
    /// - Throws: `Problem` of exit code `cannotCreate`.
    public static func reuse(project: String, name: String) throws -> String {
        let path = "\(project)/\(name)"
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw cannotMake(path, "it is no folder or may not be written")
        }
        return path
    }

    /// Whether a folder is one of a series; earlier releases numbered without the dash.
    public static func contains(_ folder: String, of name: String) -> Bool {
        guard folder.hasPrefix(name) else { return false }
        let rest = folder.dropFirst(name.count)
        if rest.isEmpty { return true }
        let number = rest.hasPrefix("-") ? rest.dropFirst() : rest
        return !number.isEmpty && number.allSatisfy { ("0"..."9").contains($0) }
    }

    /// A folder that is not there and cannot be made.
    public static func cannotMake(_ path: String, _ reason: String) -> Problem {
        Problem(
            "cannot be made: \(reason)", file: path, remedy: "Choose another `project` or `name`", exit: .cannotCreate)
    }
}
