import Diagnostics
import Foundation
import TensorBoard

/// The numbers of every epoch for other programs: an event file for TensorBoard, and `metrics.jsonl`.
///
/// Both have the names of `results.csv`.
final class ScalarFiles {
    private let lines: GrowingFile
    private let events: GrowingFile
    private let table: ResultsTable

    /// - Parameter folder: the run's; a start has an event file of its own in it.
    init(_ folder: RunFolder, table: ResultsTable) {
        self.table = table
        lines = GrowingFile(folder.file("metrics.jsonl"))
        let now = Date().timeIntervalSince1970
        let name = EventRecord.fileName(
            seconds: Int(now), host: HostName.own, process: Int(ProcessInfo.processInfo.processIdentifier))
        events = GrowingFile(folder.file(name))
        header = EventRecord.version(time: now)
    }

    /// Not written before the first epoch: a start that comes to nothing leaves no file.
    private var header: [UInt8]

    /// Removes what a run before left in the folder.
    func begin(in folder: RunFolder) {
        lines.remove()
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names where name.hasPrefix(EventRecord.filePrefix) { unlink(folder.file(name)) }
    }

    /// Forgets epochs that will happen again, and tells TensorBoard to.
    func resume(at position: Position) throws {
        try lines.cut { EventLine.isBefore(position, line: $0) }
        header += EventRecord.start(step: position.epoch + 1, time: Date().timeIntervalSince1970)
    }

    /// Writes an epoch.
    ///
    /// - Parameter values: in the order of the table's columns.
    /// - Returns: what is wrong, where that is news.
    func append(_ values: [Double], epoch: Int) -> [String] {
        let pairs = zip(table.columns, values).map { ($0, ResultsTable.shown($1)) }
        let line = EventValue.object(
            pairs.map { name, value in
                (key: name, value: name == "epoch" ? .count(epoch) : .number(value))
            })
        let scalars = pairs.filter { !["epoch", "time"].contains($0.0) && $0.1.isFinite }
        let record = EventRecord.scalars(
            scalars.map { (tag: $0.0, value: $0.1) }, step: epoch, time: Date().timeIntervalSince1970)
        let troubles = [
            lines.append(line.json + "\n", durably: true), events.append(bytes: header + record, durably: true),
        ]
        header = []
        return troubles.compactMap { $0 }
    }

    /// Writes what is still pending at the end of a run, and tells what is lost.
    func finish() -> [String] { [lines.finish(), events.finish()].compactMap { $0 } }
}
