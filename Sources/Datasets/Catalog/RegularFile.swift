import Diagnostics
import Foundation

/// Small files of a data set, whose names may be any bytes.
enum RegularFile {
    /// Why a file could not be read, to follow its name.
    struct Failure: Error, Equatable {
        var reason: String
    }

    /// The first `limit` bytes of a file, fewer where it is shorter; nil when there is none.
    static func bytes(_ path: String, atMost limit: Int) throws(Failure) -> [UInt8]? {
        let file = PathText.withPath(path) { open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
        if file < 0 {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw Failure(reason: "cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Failure(reason: "is not a regular file")
        }
        var bytes = [UInt8](repeating: 0, count: min(Int(status.st_size), limit))
        var done = 0
        while done < bytes.count {
            let got = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress! + done, $0.count - done) }
            if got < 0 && errno == EINTR { continue }
            if got < 0 { throw Failure(reason: "cannot be read: \(String(cString: strerror(errno)))") }
            if got == 0 { break }
            done += got
        }
        bytes.removeLast(bytes.count - done)
        return bytes
    }
}

/// What bytes say of the text they are.
enum TextEncoding {
    /// Bytes of the mark that editors put before UTF-8.
    static func markLength(_ bytes: some Collection<UInt8>) -> Int { bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 }

    /// The encoding of a text that is no UTF-8: told by its mark, or by the zeros between its letters.
    static func other(of bytes: some Collection<UInt8>) -> String? {
        let start = Array(bytes.prefix(4))
        if start == [0xFF, 0xFE, 0, 0] || start == [0, 0, 0xFE, 0xFF] { return "UTF-32" }
        if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) { return "UTF-16" }
        guard start.count == 4 else { return nil }
        let zeros = start.map { $0 == 0 }
        return zeros == [false, true, false, true] || zeros == [true, false, true, false] ? "UTF-16" : nil
    }
}
