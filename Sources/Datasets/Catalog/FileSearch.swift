import Diagnostics
import Foundation

/// Finds the image files of a split.
enum FileSearch {
    /// Endings of files that are taken for images; what is inside is told by their bytes.
    static let endings: Set<String> = [
        "avif", "bmp", "dng", "heic", "heif", "jp2", "jpeg", "jpg", "mpo", "png", "tif", "tiff", "webp",
    ]

    /// Images of the folders and list files, as names relative to `root` where they lie in it, sorted by their bytes.
    /// What is named again counts again, as in the reference.
    ///
    /// - Parameter progress: called for every thousand or so of files, and for every folder.
    static func images(in places: [String], root: String, progress: () -> Void) throws -> [String] {
        var names: [String] = []
        for place in places {
            let paths = isFolder(place) ? try folder(place, progress) : try ImageList(place, root: root).paths()
            for path in paths where isImage(path) { names.append(relative(path, to: root)) }
        }
        names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return names
    }

    /// What the system says of a path; nil when nothing is there.
    private static func status(_ path: String) -> stat? {
        var status = stat()
        return PathText.withPath(path) { stat($0, &status) } == 0 ? status : nil
    }

    static func exists(_ path: String) -> Bool { status(path) != nil }

    static func isFolder(_ path: String) -> Bool { status(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false }

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
            guard let status = status(path) else { continue }
            guard seen.insert(Identity(device: UInt(status.st_dev), inode: UInt(status.st_ino))).inserted else {
                continue
            }
            for (name, isFolder) in try children(of: path, progress: progress) {
                let child = path + "/" + name
                if isFolder { waiting.append(child) } else { files.append(child) }
            }
        }
        return files
    }

    /// The visible files and folders right in a folder.
    static func children(
        of path: String, progress: () -> Void = {}
    ) throws -> [(name: String, isFolder: Bool)] {
        guard let handle = PathText.withPath(path, { opendir($0) }) else {
            throw Problem(
                "cannot be read: \(String(cString: strerror(errno)))", file: path,
                remedy: "Check the folder's permissions", exit: .missingInput)
        }
        defer { closedir(handle) }
        var result: [(String, Bool)] = []
        progress()
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { PathText.text($0) }
            }
            if name.hasPrefix(".") { continue }
            let kind = Int32(entry.pointee.d_type)
            let unclear = kind == Int32(DT_LNK) || kind == Int32(DT_UNKNOWN)
            result.append((name, unclear ? isFolder(path + "/" + name) : kind == Int32(DT_DIR)))
            if result.count % 1024 == 0 { progress() }
        }
        return result
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

    /// Where others look for the label file of an image: beside it, and in a folder `labels` there or one level above.
    static func otherLabelPaths(of image: String) -> [String] {
        let parts = image.split(separator: "/", omittingEmptySubsequences: false)
        let file = parts.last ?? ""
        let name = file.lastIndex(of: ".").map { file[..<$0] } ?? file
        let folder = parts.dropLast().joined(separator: "/")
        let above = parts.dropLast(2).joined(separator: "/")
        return [folder, folder + "/labels", above + "/labels"].map { "\($0)/\(name).txt" }
    }
}
