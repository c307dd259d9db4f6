import Diagnostics
import Foundation

/// The pictures that a user names: one file, all of a folder, those that match a pattern, or those of a list of these.
public enum PictureSources {
    /// Paths in the order of their names; those of a folder or a pattern have an image's ending.
    ///
    /// - Parameter deeply: whether sub-folders belong to a folder.
    /// - Throws: `Problem` of exit code `missingInput` when there is none, of `commandLine` for what is no picture at all.
    public static func files(_ source: String, workingDirectory: String, deeply: Bool = false) throws -> [String] {
        let path = absolute(source, workingDirectory)
        guard FileManager.default.fileExists(atPath: path) || isPattern(source) else {
            try MovingPictures.refuse(source)
            throw Problem(
                "does not exist", file: source, remedy: "Give a picture, a folder or a pattern as `source`",
                exit: .missingInput)
        }
        if path.lowercased().hasSuffix(".txt"), !isPattern(source), !FileSearch.isFolder(path) {
            return try listed(path, source, workingDirectory, deeply)
        }
        return try files(at: path, source, deeply)
    }

    private static func files(at path: String, _ source: String, _ deeply: Bool) throws -> [String] {
        if FileManager.default.fileExists(atPath: path) {
            guard FileSearch.isFolder(path) else {
                try MovingPictures.refuse(source)
                return [path]
            }
            return try found(deeply ? FileSearch.folder(path) {} : children(of: path), in: source, "has no pictures")
        }
        return try found(matches(path), in: source, "matches no picture")
    }

    private static func absolute(_ path: String, _ folder: String) -> String {
        let path = FilePath.expanded(path)
        return path.hasPrefix("/") ? path : folder + "/" + path
    }

    private static func isPattern(_ text: String) -> Bool { text.contains { "*?[".contains($0) } }

    /// What the lines of a text file name, from the working directory or from the file's folder, as there.
    private static func listed(
        _ list: String, _ source: String, _ workingDirectory: String, _ deeply: Bool
    ) throws -> [String] {
        guard let data = FileManager.default.contents(atPath: list) else {
            throw Problem("cannot be read", file: source, remedy: "Make the list readable", exit: .missingInput)
        }
        let text = String(decoding: data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data, as: UTF8.self)
        var paths: [String] = []
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let name = line.trimmingCharacters(in: .whitespaces)
            if name.isEmpty { continue }
            let places = [absolute(name, workingDirectory), absolute(name, FilePath.folder(of: list))]
            let found = places.first { FileManager.default.fileExists(atPath: $0) || !matches($0).isEmpty }
            guard let found else {
                throw Problem(
                    "there is no '\(name)'", file: source, line: number + 1,
                    remedy:
                        "Name a picture, a folder or a pattern in every line, from the working directory or from the "
                        + "list's folder", exit: .missingInput)
            }
            paths += try files(at: found, name, deeply)
        }
        return try self.found(paths, in: source, "names no pictures")
    }

    private static func found(_ paths: [String], in source: String, _ complaint: String) throws -> [String] {
        let pictures = paths.filter(FileSearch.isImage).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        guard pictures.isEmpty else { return pictures }
        throw Problem(complaint, file: source, remedy: "Give pictures as `source`", exit: .missingInput)
    }

    /// Visible files right in a folder.
    private static func children(of folder: String) throws -> [String] {
        do {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            let base = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
            return names.filter { !$0.hasPrefix(".") }.map { "\(base)/\($0)" }.filter { !FileSearch.isFolder($0) }
        } catch {
            throw Problem(
                "cannot be read: \(error.localizedDescription)", file: folder, remedy: "Make the folder readable",
                exit: .missingInput)
        }
    }

    /// Files that match a pattern of `*`, `?`, `[…]`, and `**` for any number of folders.
    private static func matches(_ pattern: String) -> [String] {
        if pattern.hasSuffix("/**") { return matches(pattern + "/*") }
        guard let deep = pattern.range(of: "**/") else { return shallow(pattern) }
        let (head, tail) = (String(pattern[..<deep.lowerBound]), String(pattern[deep.upperBound...]))
        let roots = head.contains { "*?[".contains($0) } ? shallow(head) : [head]
        var result: Set<String> = []
        for root in roots {
            let base = root.hasSuffix("/") ? root : root + "/"
            let folders = FileManager.default.enumerator(atPath: base)?.compactMap { $0 as? String } ?? []
            let visible = folders.filter { !$0.hasPrefix(".") && !$0.contains("/.") && FileSearch.isFolder(base + $0) }
            for folder in [""] + visible {
                result.formUnion(matches(base + (folder.isEmpty ? "" : folder + "/") + tail))
            }
        }
        return Array(result)
    }

    private static func shallow(_ pattern: String) -> [String] {
        var list = glob_t()
        defer { globfree(&list) }
        guard glob(pattern, 0, nil, &list) == 0, let paths = list.gl_pathv else { return [] }
        return (0..<Int(list.gl_pathc)).compactMap { paths[$0].map { String(cString: $0) } }
    }
}
