import Diagnostics
import Foundation

/// Paths that mean the same in every working directory.
public enum AbsolutePath {
    /// The path, from an absolute folder when it is relative, without `.` and without `..` where leaving them out leads to
    /// the same place.
    public static func of(_ path: String, from folder: String) -> String {
        let full = join(folder, path)
        var parts: [Substring] = []
        for part in full.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        let short = "/" + parts.joined(separator: "/")
        return FileManager.default.fileExists(atPath: full) && identity(full) != identity(short) ? full : short
    }

    /// `path` inside `folder`, unless it is absolute or starts at home.
    static func join(_ folder: String, _ path: String) -> String {
        let path = FilePath.expanded(path)
        if path.hasPrefix("/") { return path }
        return folder.isEmpty ? path : folder.hasSuffix("/") ? folder + path : folder + "/" + path
    }

    /// A name that all paths of the same file share.
    static func identity(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
