import Foundation

/// A call of the operating system that failed.
public struct FileFailure: Error, Equatable, Sendable {
    /// What was tried: `write`, `rename`, …
    public var operation: String
    /// The file or folder it was tried on.
    public var path: String
    /// The error number.
    public var code: Int32

    /// A failure, real or made for a test.
    public init(operation: String, path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }
}

/// The calls that saving is made of, one by one, so that tests can let each of them fail.
///
/// Paths travel with open files for the sake of messages. Every function throws `FileFailure`.
public protocol FileOperations: Sendable {
    /// Makes a file that does not exist yet and opens it for writing.
    func create(_ path: String) throws -> Int32
    /// Writes some of the bytes and tells how many.
    func write(_ bytes: UnsafeRawBufferPointer, to file: Int32, path: String) throws -> Int
    /// Waits until the file's bytes are on the disk.
    func sync(_ file: Int32, path: String) throws
    /// Closes an open file, whatever happens.
    func close(_ file: Int32, path: String) throws
    /// All bytes of a file.
    func read(_ path: String) throws -> [UInt8]
    /// Gives `path` a second name.
    func link(_ path: String, to second: String) throws
    /// Puts `path` in the place of `target`.
    func rename(_ path: String, to target: String) throws
    /// Removes a name.
    func unlink(_ path: String) throws
    /// Waits until the folder's names are on the disk.
    func syncFolder(_ path: String) throws
    /// Names in a folder.
    func names(in folder: String) throws -> [String]
}

/// The operating system's own calls.
public struct SystemFiles: FileOperations {
    /// Calls without any state.
    public init() {}

    private func check(_ result: Int32, _ operation: String, _ path: String) throws {
        if result != 0 { throw FileFailure(operation: operation, path: path, code: errno) }
    }

    /// Makes a file with the permissions that the process gives its files.
    public func create(_ path: String) throws -> Int32 {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw FileFailure(operation: "create", path: path, code: errno) }
        return file
    }

    /// Writes some of the bytes and tells how many.
    public func write(_ bytes: UnsafeRawBufferPointer, to file: Int32, path: String) throws -> Int {
        let count = Glibc.write(file, bytes.baseAddress, bytes.count)
        guard count >= 0 else { throw FileFailure(operation: "write", path: path, code: errno) }
        return count
    }

    /// Waits until the file's bytes are on the disk.
    public func sync(_ file: Int32, path: String) throws { try check(fsync(file), "fsync", path) }

    /// Closes an open file.
    public func close(_ file: Int32, path: String) throws { try check(Glibc.close(file), "close", path) }

    /// All bytes of a file.
    public func read(_ path: String) throws -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw FileFailure(operation: "read", path: path, code: errno) }
        defer { _ = Glibc.close(file) }
        var status = stat()
        try check(fstat(file, &status), "read", path)
        let size = Int(status.st_size)
        return try [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
            while filled < size {
                let count = Glibc.read(file, buffer.baseAddress! + filled, size - filled)
                if count < 0 && errno == EINTR { continue }
                guard count >= 0 else { throw FileFailure(operation: "read", path: path, code: errno) }
                if count == 0 { break }
                filled += count
            }
        }
    }

    /// Gives `path` a second name.
    public func link(_ path: String, to second: String) throws { try check(Glibc.link(path, second), "link", second) }

    /// Puts `path` in the place of `target`.
    public func rename(_ path: String, to target: String) throws {
        try check(Glibc.rename(path, target), "rename", target)
    }

    /// Removes a name.
    public func unlink(_ path: String) throws { try check(Glibc.unlink(path), "unlink", path) }

    /// Waits until the folder's names are on the disk.
    public func syncFolder(_ path: String) throws {
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw FileFailure(operation: "fsync", path: path, code: errno) }
        defer { _ = Glibc.close(folder) }
        // Some file systems cannot do this for folders and need it for none.
        if fsync(folder) != 0 && errno != EINVAL && errno != ENOTSUP {
            throw FileFailure(operation: "fsync", path: path, code: errno)
        }
    }

    /// Names in a folder.
    public func names(in folder: String) throws -> [String] {
        guard let stream = opendir(folder) else { throw FileFailure(operation: "list", path: folder, code: errno) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }
}
