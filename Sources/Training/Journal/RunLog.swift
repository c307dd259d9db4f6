import Diagnostics
import Foundation

/// Lines for people: on standard output and, once there is a run folder, in its `train.log`.
public final class RunLog {
    let console: Console
    private let isQuiet: Bool
    private var early = ""
    private var file: GrowingFile?

    /// - Parameter isQuiet: drops everything, as on all ranks but one.
    public convenience init(isQuiet: Bool = false) { self.init(isQuiet ? .silent : .standard, isQuiet: isQuiet) }

    init(_ console: Console, isQuiet: Bool = false) {
        self.console = console
        self.isQuiet = isQuiet
    }

    /// A line for people; it stays one whatever names stand in it.
    public func note(_ line: String) {
        console.print(line.printable())
        write(line)
    }

    /// The lines of a text for people.
    public func note(text: String) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) { note(String(line)) }
    }

    /// From now on lines also go to `train.log` of the folder, those noted so far first.
    ///
    /// - Parameter resuming: keeps what the file has.
    public func open(in folder: RunFolder, resuming: Bool) {
        guard !isQuiet else { return }
        let file = GrowingFile(folder.file("train.log"))
        if !resuming { file.remove() }
        self.file = file
        if !early.isEmpty { append(String(early.dropLast())) }
        early = ""
    }

    /// A line for `train.log` alone; it stays one whatever names stand in it.
    public func write(_ line: String) { append(line.printable()) }

    /// The lines of a text for `train.log` alone.
    public func write(text: String) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) { write(String(line)) }
    }

    private func append(_ lines: String) {
        guard !isQuiet else { return }
        guard let file else {
            early += lines + "\n"
            return
        }
        if let trouble = file.append(lines + "\n") { console.print("warning: \(trouble)".printable()) }
    }
}
