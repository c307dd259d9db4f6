import Foundation

/// Standard output as people see it: lines, and on a terminal one line at the end that is written again and again.
final class Console {
    /// Whether somebody watches: only then lines are rewritten in place.
    let isTerminal: Bool
    private let write: (String) -> Void
    private var isLineOpen = false

    init(isTerminal: Bool, write: @escaping (String) -> Void) {
        self.isTerminal = isTerminal
        self.write = write
    }

    /// This process's standard output; a closed one is no failure.
    static var standard: Console { Console(isTerminal: Terminal.isStandardOutput, write: Terminal.write) }

    /// A console that shows nothing.
    static var silent: Console { Console(isTerminal: false) { _ in } }

    /// Prints whole lines; a line that is still rewritten gives way.
    func print(_ text: String) {
        write((isLineOpen ? Terminal.clearLine : "") + text + "\n")
        isLineOpen = false
    }

    /// Rewrites the last line.
    func update(_ text: String) {
        write(Terminal.clearLine + text)
        isLineOpen = true
    }
}

/// What standard output is connected to.
enum Terminal {
    static let clearLine = "\r\u{1B}[K"

    /// Whether a person looks at this process's standard output.
    ///
    /// Open MPI gives every rank a terminal of its own, wherever its output goes in the end; then its daemon is asked.
    static var isStandardOutput: Bool {
        let environment = ProcessInfo.processInfo.environment
        guard isatty(STDOUT_FILENO) == 1, environment["TERM"] != "dumb" else { return false }
        guard environment["OMPI_COMM_WORLD_RANK"] != nil else { return true }
        let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(getppid())/fd/1")
        return target.map { $0.hasPrefix("/dev/pts/") || $0.hasPrefix("/dev/tty") } ?? false
    }

    /// Writes all of a text, or what a reader that has gone away still takes.
    static func write(_ text: String) {
        // Lines that were printed before come first.
        fflush(nil)
        let bytes = Array(text.utf8)
        var position = 0
        while position < bytes.count {
            let count = bytes[position...].withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            position += count
        }
    }
}
