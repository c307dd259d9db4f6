import CHost
import Checkpoints
import Configuration
import Diagnostics
import Foundation

/// The journal of rank 0: progress for people, `results.csv`, `metrics.jsonl`, `events.jsonl`, `train.log`, `args.yaml`,
/// TensorBoard's events, checkpoints.
///
/// Files that cannot be written for a while do not end a run; only the last save must succeed.
public final class RunJournal: Journal {
    /// Writes the checkpoints; may be used from the thread of a signal.
    public let checkpoints: CheckpointWriter
    /// Where the run is written down.
    public let folder: RunFolder
    private let log: RunLog
    private let recipe: Recipe
    private let display: ProgressDisplay
    private let table: ResultsTable
    private let line: EventLine
    private let results: GrowingFile
    private let events: GrowingFile
    private let scalars: ScalarFiles
    private let stepsPerEpoch: Int

    /// Begins, or goes on with, the files of a run.
    ///
    /// - Parameters:
    ///   - terms: names and weights of the objective's terms.
    ///   - resumed: what the run goes on from; nil starts anew and removes what a run before left in the folder.
    /// - Throws: `Problem` of exit code `cannotCreate` when the folder cannot be written.
    public init(
        _ folder: RunFolder, log: RunLog, recipe: Recipe, facts: RunFacts, terms: [(name: String, weight: Double)],
        stepsPerEpoch: Int, resumed: Snapshot? = nil
    ) throws {
        self.folder = folder
        self.log = log
        self.recipe = recipe
        self.stepsPerEpoch = stepsPerEpoch
        let names = terms.map(\.name)
        table = ResultsTable(terms: names, compatibility: recipe.compat)
        line = EventLine(run: folder.name, terms: names, weights: terms.map(\.weight))
        results = GrowingFile(folder.file("results.csv"))
        events = GrowingFile(folder.file("events.jsonl"))
        scalars = ScalarFiles(folder, table: table)
        display = ProgressDisplay(
            log, terms: names, size: recipe.imgsz, stepsPerEpoch: stepsPerEpoch, everyStep: recipe.logEvery == .batch)
        checkpoints = CheckpointWriter(
            folder.checkpoints, facts: facts, savePeriod: recipe.savePeriod, resumed: resumed)
        if let resumed { try resume(from: resumed) } else { try begin() }
        try prepare(facts)
    }

    private func begin() throws {
        try folder.removeCheckpoints()
        results.remove()
        events.remove()
        scalars.begin(in: folder)
    }

    /// Forgets what happened after the checkpoint, since it will happen again.
    private func resume(from snapshot: Snapshot) throws {
        let position = snapshot.progress.position
        do {
            try events.cut { EventLine.isBefore(position, line: $0) }
            try scalars.resume(at: position)
            try resumeTable(from: snapshot)
        } catch {
            throw Problem(
                "the files of the run cannot be continued: \(error.localizedDescription)", file: folder.path,
                remedy: "Make the folder writable", exit: .cannotCreate)
        }
        if let doubt = try checkpoints.completeNames(after: snapshot) { log.note("warning: \(doubt)") }
    }

    /// Brings `results.csv` to where the run goes on from: one row for each of its epochs.
    private func resumeTable(from snapshot: Snapshot) throws {
        let old = folder.file("results.old.csv")
        guard results.firstLine == nil || results.firstLine == table.header else {
            try? FileManager.default.removeItem(atPath: old)
            try FileManager.default.moveItem(atPath: results.path, toPath: old)
            return log.note("the columns of results.csv have changed; the rows so far are in \(old)")
        }
        let epoch = snapshot.progress.epoch
        let name = (snapshot.path as NSString).lastPathComponent
        let last = results.lines.compactMap(ResultsTable.epoch).max() ?? 0
        // A run that was killed has the row of one epoch more than its checkpoint.
        if last > epoch + 1 {
            try? FileManager.default.removeItem(atPath: old)
            try FileManager.default.copyItem(atPath: results.path, toPath: old)
            log.note(
                "warning: results.csv went on to epoch \(last), \(name) ends at epoch \(epoch): the rows beyond are "
                    + "in \(old); where this is not what you wanted, another checkpoint took the place of \(name)")
        }
        try results.cut { ResultsTable.epoch(ofRow: $0).map { $0 <= epoch } ?? ($0 == table.header) }
        if results.firstLine != nil { completeTable(epochs: epoch, lastRow: snapshot.row, of: name) }
    }

    /// Gives the table back what only a mishap can have taken from it, and says what is not as it should be.
    private func completeTable(epochs: Int, lastRow: String?, of name: String) {
        let rows = results.lines.dropFirst()
        let known = lastRow.flatMap { table.isRow($0, epoch: epochs) ? $0 : nil }
        var missing = Set(1..<epochs + 1).subtracting(rows.compactMap(ResultsTable.epoch))
        if missing.contains(epochs), let known {
            append(known, to: results, durably: true)
            log.note("results.csv lacked the row of epoch \(epochs), which \(name) has: it is written again")
            missing.remove(epochs)
        } else if let known, let row = rows.last, ResultsTable.epoch(ofRow: row) == epochs, row != known {
            log.note(
                "warning: the row of epoch \(epochs) in results.csv is not the one that \(name) was saved with; was one "
                    + "of the two exchanged?")
        }
        guard let first = missing.min(), let last = missing.max() else { return }
        log.note(
            "warning: results.csv lacks the \(first == last ? "row of epoch \(first)" : "rows of epochs \(first) to \(last)")"
        )
    }

    private func prepare(_ facts: RunFacts) throws {
        let arguments = folder.file("args.yaml")
        do { try writeDurably(Array(facts.recipe.utf8), to: arguments) } catch var problem as Problem {
            problem.remedy = "Choose another `project`, or free space"
            problem.exit = .cannotCreate
            throw problem
        }
        if results.firstLine == nil, let trouble = results.append(table.header + "\n", durably: true) {
            throw Problem(trouble, remedy: "Choose another `project`, or free space", exit: .cannotCreate)
        }
    }

    /// A line for people.
    public func note(_ text: String) throws { log.note(text) }

    /// After every step.
    public func record(_ report: StepReport, _ state: RunState) throws {
        var tally = checkpoints.tally
        tally.add(report)
        if recipe.logEvery == .batch || report.step == stepsPerEpoch { append(line.step(report), to: events) }
        display.show(report, state.progress)
        checkpoints.advance(to: state.progress.position, tally: tally)
    }

    /// After every epoch: its row, its line, its checkpoints.
    ///
    /// - Throws: `Problem` of exit code `inputOutput` when the last save of the run fails.
    public func finish(_ report: EpochReport, _ state: RunState) throws {
        let tally = checkpoints.tally
        let row = table.row(report, terms: line.terms, tally: tally)
        append(row, to: results, durably: true)
        append(line.epoch(report, tally), to: events, durably: true)
        let values = table.values(report, terms: line.terms, tally: tally)
        for trouble in scalars.append(values, epoch: report.epoch + 1) { log.note("warning: \(trouble)") }
        display.show(report, state.progress, tally)
        if let text = LoadingLine.text(report.loading, waitingShare: tally.waitingShare) { log.write(text) }
        checkpoints.advance(to: state.progress.position, tally: EpochTally(), row: row)
        let isFinal = report.stops || state.progress.epoch >= state.progress.epochs
        do { try checkpoints.save(report, state) } catch let problem as Problem where !isFinal {
            try note("warning: \(problem) Training goes on and saves again after the next epoch.")
        }
    }

    /// Ends the run: saves what is not saved yet, and says what came of it.
    ///
    /// - Throws: `Problem` of exit code `inputOutput` when the state cannot be saved.
    public func conclude(_ ending: Ending, _ state: RunState) throws {
        try checkpoints.saveNow(state)
        for trouble in [results.finish(), events.finish()].compactMap({ $0 }) + scalars.finish() {
            log.note("warning: \(trouble)")
        }
        let files = [("Best weights", "best"), ("Last checkpoint", "last")].map { title, name in
            (name: title, path: checkpoints.path(of: name))
        }
        let existing = files.filter { file in
            FileManager.default.fileExists(atPath: file.path)
                && (file.path != checkpoints.path(of: "best") || checkpoints.hasBest(of: state.progress))
        }
        log.note(
            text: RunSummary(ending: ending, progress: state.progress, run: folder.path, files: existing).text)
    }

    private func append(_ text: String, to file: GrowingFile, durably: Bool = false) {
        if let trouble = file.append(text + "\n", durably: durably) { log.note("warning: \(trouble)") }
    }
}
