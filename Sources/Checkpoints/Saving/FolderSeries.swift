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
            let path = "\(project)/\(folder(name, number))"
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

    /// Whether a folder is one of a series: `exp12` is no run of `exp`, it is the first one of its own name.
    public static func contains(_ folder: String, of name: String) -> Bool {
        if folder == name { return true }
        guard folder.hasPrefix(name + "-"), let number = Int(folder.dropFirst(name.count + 1)) else { return false }
        return (2...mostRuns).contains(number) && folder == self.folder(name, number)
    }

    /// The folder of the run of a number, from 1.
    private static func folder(_ name: String, _ number: Int) -> String { number == 1 ? name : "\(name)-\(number)" }

    /// A folder that is not there and cannot be made.
    public static func cannotMake(_ path: String, _ reason: String) -> Problem {
        Problem(
            "cannot be made: \(reason)", file: path, remedy: "Choose another `project` or `name`", exit: .cannotCreate)
    }
}
