import Foundation

/// A text file that grows by whole lines and survives a full disk: what could not be written is written with the next.
final class GrowingFile {
    let path: String
    private var pending: [UInt8] = []
    private var isFailing = false

    init(_ path: String) { self.path = path }

    /// Appends lines.
    ///
    /// - Parameter durably: waits until they are on the disk.
    /// - Returns: what is wrong, when that is news.
    func append(_ text: String, durably: Bool = false) -> String? { append(bytes: Array(text.utf8), durably: durably) }

    /// The same for records that are no text.
    func append(bytes: [UInt8], durably: Bool = false) -> String? {
        pending += bytes
        guard let failure = write(durably: durably) else {
            isFailing = false
            return nil
        }
        defer { isFailing = true }
        return isFailing
            ? nil : "\(path): cannot be written: \(failure); its lines are kept and written as soon as that works"
    }

    /// Whether everything appended so far is in the file.
    var isComplete: Bool { pending.isEmpty }

    /// Writes what is still pending at the end of a run.
    ///
    /// - Returns: what is lost, if anything.
    func finish() -> String? {
        if isComplete { return nil }
        return write(durably: true).map { "\(path): cannot be written: \($0); its last lines are lost" }
    }

    /// Writes what is pending; gives the reason when it cannot, and leaves the file as it was.
    private func write(durably: Bool) -> String? {
        let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o666)
        guard file >= 0 else { return String(cString: strerror(errno)) }
        let start = lseek(file, 0, SEEK_END)
        var failure = writePending(to: file)
        if failure == nil, durably { failure = sync(file) }
        // Some network disks say only now that they are full.
        if Glibc.close(file) != 0, failure == nil, errno != EINTR { failure = errno }
        guard let failure else {
            pending = []
            return nil
        }
        // No torn lines, which a later append would make unreadable, and none twice.
        if start >= 0 { truncate(path, start) }
        return String(cString: strerror(failure))
    }

    /// The error's number, if any.
    private func writePending(to file: Int32) -> Int32? {
        var position = 0
        while position < pending.count {
            let count = pending[position...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return errno }
            position += count
        }
        return nil
    }

    /// The error's number, if any; what cannot be synced, such as a pipe, needs it not.
    private func sync(_ file: Int32) -> Int32? {
        while fsync(file) != 0 {
            if errno == EINTR { continue }
            return errno == EINVAL || errno == ENOTSUP ? nil : errno
        }
        return nil
    }

    /// Removes the file.
    func remove() { unlink(path) }

    /// The first line, without its end; nil when there is none.
    var firstLine: String? {
        guard let file = FileHandle(forReadingAtPath: path), let start = try? file.read(upToCount: 1 << 16),
            let end = start.firstIndex(of: UInt8(ascii: "\n"))
        else { return nil }
        return String(decoding: start[..<end], as: UTF8.self)
    }

    /// The whole lines of the file, without their ends.
    var lines: [String] {
        guard let data = FileManager.default.contents(atPath: path) else { return [] }
        let end = data.lastIndex(of: UInt8(ascii: "\n")) ?? data.startIndex
        return data[..<end].split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Cuts off the end: a torn last line, then lines as long as `isKept` says no.
    func cut(until isKept: (String) -> Bool) throws {
        guard let data = FileManager.default.contents(atPath: path) else { return }
        let newline = UInt8(ascii: "\n")
        var end = data.lastIndex(of: newline).map { $0 + 1 } ?? 0
        while end > 0 {
            let start = data[..<(end - 1)].lastIndex(of: newline).map { $0 + 1 } ?? 0
            if isKept(String(decoding: data[start..<(end - 1)], as: UTF8.self)) { break }
            end = start
        }
        guard end < data.count else { return }
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.truncate(atOffset: UInt64(end))
        try file.synchronize()
        try file.close()
    }
}
