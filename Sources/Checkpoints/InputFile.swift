import Diagnostics
import Foundation

/// A regular file opened for reading, whose every failure is a `Problem` with the path in it.
///
/// The file is read with plain calls into memory, never mapped: a file that another process truncates would otherwise
/// end this one with a signal.
final class InputFile {
    let path: String
    /// Size when the file was opened.
    let size: Int
    private let descriptor: Int32

    /// - Throws: `Problem` when the path is missing, a folder, a device, not permitted or empty.
    init(_ path: String) throws {
        self.path = path
        var status = stat()
        // Asked before opening, since opening a named pipe would wait for its writer.
        guard stat(path, &status) == 0 else { throw InputFile.failure(path, errno) }
        let kind = status.st_mode & S_IFMT
        if kind == S_IFDIR {
            throw Problem(
                "is a folder, not a file", file: path, remedy: "Give the path of the file inside it",
                exit: .missingInput)
        }
        guard kind == S_IFREG else {
            throw Problem(
                "is not a regular file", file: path, remedy: "Give the path of a file on disk", exit: .missingInput)
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw InputFile.failure(path, errno) }
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw InputFile.failure(path, code)
        }
        self.descriptor = descriptor
        size = Int(status.st_size)
        // From here on `deinit` closes the file, also when this throws.
        if size == 0 {
            throw Problem("is empty (0 bytes)", file: path, remedy: "Copy or download it again")
        }
    }

    deinit { close(descriptor) }

    /// Reads `count` bytes that start at `offset`.
    func read(at offset: Int, count: Int) throws -> [UInt8] {
        guard offset >= 0, count >= 0, offset <= size, count <= size - offset else {
            throw Problem("ends too early", file: path, remedy: "Copy or download it again")
        }
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let wanted = min(count - filled, 1 << 30)
                let got = pread(descriptor, buffer.baseAddress! + filled, wanted, off_t(offset + filled))
                if got < 0 && errno == EINTR { continue }
                guard got >= 0 else { throw InputFile.failure(path, errno) }
                guard got > 0 else {
                    throw Problem("became shorter while it was read", file: path, remedy: "Try again")
                }
                filled += got
            }
        }
    }

    private static func failure(_ path: String, _ code: Int32) -> Problem {
        switch code {
        case ENOENT, ENOTDIR:
            Problem("does not exist", file: path, remedy: "Check the path", exit: .missingInput)
        case EACCES, EPERM:
            Problem("may not be read", file: path, remedy: "Check the permissions", exit: .missingInput)
        default:
            Problem(
                "cannot be read: \(String(cString: strerror(code)))", file: path, remedy: "Check the disk",
                exit: .missingInput)
        }
    }
}
