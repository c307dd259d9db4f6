import Diagnostics
import Foundation

/// Finds the image files of a split.
enum FileSearch {
    /// Endings of files that are taken for images; what is inside is told by their bytes.
    static let endings: Set<String> = [
        "avif", "bmp", "dng", "heic", "heif", "jp2", "jpeg", "jpg", "mpo", "png", "tif", "tiff", "webp",
    ]

    /// Images of the folders and list files, as names relative to `root` where they lie in it, sorted by their bytes.
    ///
    /// - Parameter progress: called for every thousand or so of files, and for every folder.
    static func images(in places: [String], root: String, progress: () -> Void) throws -> [String] {
        var names: [String] = []
        for place in places {
            let paths = isFolder(place) ? try folder(place, progress) : try list(place)
            for path in paths where isImage(path) { names.append(relative(path, to: root)) }
        }
        names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        // By bytes: texts that only look the same are different files.
        var distinct: [String] = []
        for name in names where !(distinct.last?.utf8.elementsEqual(name.utf8) ?? false) { distinct.append(name) }
        return distinct
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func isImage(_ path: String) -> Bool {
        let bytes = path.utf8
        guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")) else { return false }
        return endings.contains(path[bytes.index(after: dot)...].lowercased())
    }

    /// The path from `root`, where it lies in it.
    static func relative(_ path: String, to root: String) -> String {
        let prefix = (root + "/").utf8
        guard path.utf8.starts(with: prefix) else { return path }
        return String(decoding: path.utf8.dropFirst(prefix.count), as: UTF8.self)
    }

    /// All visible files below a folder. Symbolic links are followed, but no folder is entered twice.
    static func folder(_ top: String, _ progress: () -> Void) throws -> [String] {
        struct Identity: Hashable {
            var device: UInt
            var inode: UInt
        }
        var seen: Set<Identity> = []
        var waiting = [top]
        var files: [String] = []
        while let path = waiting.popLast() {
            var status = stat()
            guard stat(path, &status) == 0 else { continue }
            guard seen.insert(Identity(device: UInt(status.st_dev), inode: UInt(status.st_ino))).inserted else {
                continue
            }
            for (name, isFolder) in try children(of: path, progress) {
                let child = path + "/" + name
                if isFolder { waiting.append(child) } else { files.append(child) }
            }
        }
        return files
    }

    private static func children(
        of path: String, _ progress: () -> Void
    ) throws -> [(name: String, isFolder: Bool)] {
        guard let handle = opendir(path) else {
            throw Problem(
                "cannot be read: \(String(cString: strerror(errno)))", file: path,
                remedy: "Check the folder's permissions", exit: .missingInput)
        }
        defer { closedir(handle) }
        var result: [(String, Bool)] = []
        progress()
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(".") { continue }
            let kind = Int32(entry.pointee.d_type)
            let unclear = kind == Int32(DT_LNK) || kind == Int32(DT_UNKNOWN)
            result.append((name, unclear ? isFolder(path + "/" + name) : kind == Int32(DT_DIR)))
            if result.count % 1024 == 0 { progress() }
        }
        return result
    }

    /// The paths in a text file; `./` stands for the file's folder.
    private static func list(_ path: String) throws -> [String] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Problem(
                "cannot be read", file: path, remedy: "Name a folder of images, or a text file with one path per line",
                exit: .missingInput)
        }
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        let text = String(decoding: data, as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).map { line in
            let name = line.trimmingCharacters(in: .whitespaces)
            if name.hasPrefix("./") { return folder + "/" + name.dropFirst(2) }
            return name.hasPrefix("/") ? name : FileManager.default.currentDirectoryPath + "/" + name
        }.filter { !$0.hasSuffix("/") }
    }

    /// The label file of an image: the last `/images/` becomes `/labels/`, the ending `.txt`.
    static func labelPath(of image: String) -> String {
        var path = image
        if let folder = path.range(of: "/images/", options: .backwards) {
            path.replaceSubrange(folder, with: "/labels/")
        }
        if let dot = path.lastIndex(of: "."), path[dot...].firstIndex(of: "/") == nil {
            path = String(path[..<dot])
        }
        return path + ".txt"
    }
}
