import Diagnostics
import Foundation

/// The right of one process to write into a folder, held until it is released or the process ends.
///
/// A lock of the operating system on a file that also says who holds it. It ends with its process, however that ends.
public final class FolderLock: Sendable {
    /// The locked folder.
    public let folder: String
    private let file: Int32

    /// Makes the folder when it is missing and locks it.
    ///
    /// - Throws: `Problem` naming host, process and start when another process holds the lock, or when the folder
    ///   cannot be made or written.
    public init(_ folder: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw Self.cannotMake(folder, errno)
        }
        let path = folder + "/run.lock"
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw Self.cannotMake(folder, errno) }
        if flock(file, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            let holder = Holder(readingFrom: file)
            let isHeld = code == EWOULDBLOCK || holder.map { !$0.hasEnded } ?? false
            if isHeld {
                close(file)
                throw Self.inUse(folder, holder)
            }
            // Some network file systems have no locks; what the file says must do there.
        }
        Holder.current.write(to: file)
        // Only now: `deinit` also runs after an error behind the last property.
        self.folder = folder
        self.file = file
    }

    /// Gives the lock back.
    deinit {
        ftruncate(file, 0)
        close(file)
    }

    private static func cannotMake(_ folder: String, _ code: Int32) -> Problem {
        Problem(
            "cannot be made or written: \(String(cString: strerror(code)))", file: folder,
            remedy: "Choose a folder that you may write to", exit: .cannotCreate)
    }

    private static func inUse(_ folder: String, _ holder: Holder?) -> Problem {
        let who = holder.map { "process \($0.process) on \($0.host) since \($0.start)" } ?? "another process"
        return Problem(
            "is in use by \(who)", file: folder, remedy: "Wait for it, stop it, or choose another folder",
            exit: .cannotCreate)
    }
}

/// Who holds a lock, as written into the lock's file: host, process and start, separated by spaces.
private struct Holder {
    var host: String
    var process: Int32
    var start: String

    static var current: Holder {
        Holder(host: HostName.own, process: getpid(), start: Date().formatted(.iso8601))
    }

    init(host: String, process: Int32, start: String) {
        self.host = host
        self.process = process
        self.start = start
    }

    init?(readingFrom file: Int32) {
        var buffer = [UInt8](repeating: 0, count: 512)
        let count = pread(file, &buffer, buffer.count, 0)
        guard count > 0 else { return nil }
        let words = String(decoding: buffer[..<count], as: UTF8.self).split { $0 == " " || $0 == "\n" }
        guard words.count == 3, let process = Int32(words[1]) else { return nil }
        self.init(host: String(words[0]), process: process, start: String(words[2]))
    }

    func write(to file: Int32) {
        let text = Array("\(host) \(process) \(start)\n".utf8)
        ftruncate(file, 0)
        _ = pwrite(file, text, text.count, 0)
    }

    /// Known for a process of this computer only.
    var hasEnded: Bool { host == HostName.own && kill(process, 0) != 0 && errno == ESRCH }
}
