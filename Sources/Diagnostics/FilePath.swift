import Foundation

/// Paths as texts: what Foundation's own calls trap at (a relative name of one character) or read in another way than users
/// and shells (`~`).
public enum FilePath {
    /// The folder that holds what a path names: the path without its last part, as of `dirname`, except that a bare name
    /// gives the empty text. Signs at the end do not count: `a/` is `a`.
    public static func folder(of path: String) -> String {
        let slash = UInt8(ascii: "/")
        func trimmed(_ part: Substring.UTF8View) -> Substring.UTF8View {
            part[..<(part.lastIndex { $0 != slash }.map { part.index(after: $0) } ?? part.startIndex)]
        }
        let named = trimmed(path[...].utf8)
        guard let end = named.lastIndex(of: slash) else { return path.utf8.first == slash && named.isEmpty ? "/" : "" }
        let folder = trimmed(named[..<end])
        return folder.isEmpty ? "/" : String(Substring(folder))
    }

    /// The home folder: `HOME`, and where that is not set, the one of the password file.
    public static var home: String {
        let home = ProcessInfo.processInfo.environment["HOME"] ?? ""
        return home.isEmpty ? NSHomeDirectory() : home
    }

    /// The path that a user means: `~` and a leading `~/` are the home folder; any other leading `~` is part of a name,
    /// which nobody shall take for somebody's home later.
    public static func expanded(_ path: String) -> String {
        guard path.utf8.first == UInt8(ascii: "~") else { return path }
        let rest = path.utf8.dropFirst()
        guard rest.isEmpty || rest.first == UInt8(ascii: "/") else { return "./" + path }
        return home + String(Substring(rest))
    }
}
