import Diagnostics
import Foundation

/// The pictures that a user names: one file, all of a folder, or those that match a pattern.
public enum PictureSources {
    /// Paths in the order of their names; those of a folder or a pattern have an image's ending.
    ///
    /// - Throws: `Problem` of exit code `missingInput` when there is none.
    public static func files(_ source: String, workingDirectory: String) throws -> [String] {
        let home = source == "~" || source.hasPrefix("~/") ? NSHomeDirectory() + source.dropFirst() : source
        let path = home.hasPrefix("/") ? home : workingDirectory + "/" + home
        if FileSearch.exists(path) {
            guard FileSearch.isFolder(path) else { return [path] }
            return try found(try children(of: path), in: source, "has no pictures")
        }
        guard source.contains(where: { "*?[".contains($0) }) else {
            throw Problem(
                "does not exist", file: source, remedy: "Give a picture, a folder or a pattern as `source`",
                exit: .missingInput)
        }
        return try found(matches(path), in: source, "matches no picture")
    }

    private static func found(_ paths: [String], in source: String, _ complaint: String) throws -> [String] {
        let pictures = paths.filter(FileSearch.isImage).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        guard pictures.isEmpty else { return pictures }
        throw Problem(complaint, file: source, remedy: "Give JPEG or PNG files as `source`", exit: .missingInput)
    }

    /// Visible files right in a folder.
    private static func children(of folder: String) throws -> [String] {
        let base = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        return try FileSearch.children(of: folder).filter { !$0.isFolder }.map { "\(base)/\($0.name)" }
    }

    /// Files that match a pattern of `*`, `?`, `[…]`, and `**` for any number of folders.
    private static func matches(_ pattern: String) -> [String] {
        guard let deep = pattern.range(of: "**/") else { return shallow(pattern) }
        let (head, tail) = (String(pattern[..<deep.lowerBound]), String(pattern[deep.upperBound...]))
        let roots = head.contains { "*?[".contains($0) } ? shallow(head) : [head]
        var result: Set<String> = []
        for root in roots {
            let base = root.hasSuffix("/") ? root : root + "/"
            let folders = FileManager.default.enumerator(atPath: base)?.compactMap { $0 as? String } ?? []
            for folder in [""] + folders where folder.isEmpty || FileSearch.isFolder(base + folder) {
                result.formUnion(matches(base + (folder.isEmpty ? "" : folder + "/") + tail))
            }
        }
        return Array(result)
    }

    private static func shallow(_ pattern: String) -> [String] {
        var list = glob_t()
        defer { globfree(&list) }
        guard PathText.withPath(pattern, { glob($0, 0, nil, &list) }) == 0, let paths = list.gl_pathv else { return [] }
        return (0..<Int(list.gl_pathc)).compactMap { paths[$0].map { PathText.text($0) } }
    }
}
