import Foundation

/// Files for readers that want a path: in memory where the system has a place for that, and gone with the process's
/// folder.
enum ScratchFile {
    /// A folder of this process.
    static let folder: String = {
        let isThere = FileManager.default.isWritableFile(atPath: "/dev/shm")
        let root = isThere ? "/dev/shm" : FileManager.default.temporaryDirectory.path
        let folder = "\(root)/swift-distill-fuzz-\(getpid())"
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(atPath: ScratchFile.folder) }
        return folder
    }()

    /// Writes a file, making its folders, and gives its path.
    static func write(_ name: String, _ bytes: [UInt8]) -> String {
        let path = "\(folder)/\(name)"
        let file = URL(filePath: path)
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: file)
        } catch {
            preconditionFailure("cannot write \(path): \(error)")
        }
        return path
    }
}
