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

    /// A line, or several, for people.
    public func note(_ text: String) {
        console.print(text)
        write(text)
    }

    /// From now on lines also go to `train.log` of the folder, those noted so far first.
    ///
    /// - Parameter resuming: keeps what the file has.
    public func open(in folder: RunFolder, resuming: Bool) {
        guard !isQuiet else { return }
        let file = GrowingFile(folder.file("train.log"))
        if !resuming { file.remove() }
        self.file = file
        if !early.isEmpty { write(String(early.dropLast())) }
        early = ""
    }

    /// A line for `train.log` alone.
    public func write(_ text: String) {
        guard !isQuiet else { return }
        guard let file else {
            early += text + "\n"
            return
        }
        if let trouble = file.append(text + "\n") { console.print("warning: \(trouble)") }
    }
}
