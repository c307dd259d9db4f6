import Checkpoints
import Diagnostics
import Foundation
import Synchronization

/// Writes the checkpoints of a run: at the end of epochs, on request, and in the last second of a process.
///
/// May be used from any thread.
public final class CheckpointWriter: Sendable {
    /// A further name of a checkpoint that is not on disk yet.
    private struct Due {
        var name: String
        var snapshot: Snapshot
    }

    /// What the journal has written down so far, and what is on disk.
    private struct Desk {
        /// Up to here the other files of the run are complete.
        var written: Position
        var tally = EpochTally()
        /// The last row of `results.csv`.
        var row: String?
        /// Of `last`.
        var saved: Position?
        /// The best state while its file could not be written.
        var best: Due?
        /// The newest of those that are kept, likewise.
        var kept: Due?
        /// Epoch that the file `best` is of; nil where there is none.
        var bestEpoch: Int?

        var due: [Due] { [best, kept].compactMap { $0 } }
    }

    private let folder: CheckpointFolder
    private let facts: RunFacts
    private let savePeriod: Int
    private let desk: Mutex<Desk>

    /// - Parameter resumed: what the run goes on from; when that is the file `last`, it need not be written again.
    init(_ folder: CheckpointFolder, facts: RunFacts, savePeriod: Int, resumed: Snapshot?) {
        self.folder = folder
        self.facts = facts
        self.savePeriod = savePeriod
        let position = resumed?.progress.position ?? Position(epoch: 0, step: 0)
        let isLast = resumed?.path == CheckpointFolder.file("last", in: folder.path)
        desk = Mutex(
            Desk(
                written: position, tally: resumed?.tally ?? EpochTally(), row: resumed?.row,
                saved: isLast ? position : nil))
    }

    /// Counts so far of the epoch at hand.
    var tally: EpochTally { desk.withLock { $0.tally } }

    /// Takes note that everything up to a position is written down.
    ///
    /// - Parameter row: the epoch's, where the position is the end of one.
    func advance(to position: Position, tally: EpochTally, row: String? = nil) {
        desk.withLock {
            $0.written = position
            $0.tally = tally
            $0.row = row ?? $0.row
        }
    }

    /// Saves at the end of an epoch: `last`, `best` when it is, `epochN` when it is due.
    ///
    /// - Throws: `Problem` of exit code `inputOutput`; the checkpoints before are intact then.
    func save(_ report: EpochReport, _ state: RunState) throws {
        let snapshot = try copy(state)
        // Before anything can fail, so that a later save makes good for this one.
        desk.withLock {
            if report.isBest { $0.best = Due(name: "best", snapshot: snapshot) }
            if let name = keptName(epoch: report.epoch) { $0.kept = Due(name: name, snapshot: snapshot) }
        }
        try write(snapshot)
    }

    /// Name of the checkpoint that is kept after an epoch (from 0).
    private func keptName(epoch: Int) -> String? {
        savePeriod > 0 && epoch % savePeriod == 0 ? "epoch\(epoch)" : nil
    }

    /// Saves the state as `last`, unless it is there already.
    ///
    /// - Throws: `Problem` of exit code `inputOutput`.
    public func saveNow(_ state: RunState) throws {
        let isSaved = desk.withLock { $0.saved == state.progress.position && $0.due.isEmpty }
        if !isSaved { try write(try copy(state)) }
    }

    /// Saves the last completed step from the thread of a signal, within the second that is left to live.
    ///
    /// Needs no other rank and says nothing. Training stands still meanwhile, so that the cores serve the save.
    public func emergencySave(_ state: RunState) {
        // A step counts when the journal has written it down, which takes milliseconds; else its row would be missing.
        for _ in 0..<100 {
            let isDone = state.changing {
                guard desk.withLock({ $0.written == state.progress.position }) else { return false }
                if desk.withLock({ $0.saved == state.progress.position }) { return true }
                do { try write(try copyLocked(state)) } catch {
                    // Nobody is left to be told; the checkpoint before is intact.
                }
                return true
            }
            if isDone { return }
            usleep(5000)
        }
    }

    /// The file of a checkpoint.
    func path(of name: String) -> String { CheckpointFolder.file(name, in: folder.path) }

    private func copy(_ state: RunState) throws -> Snapshot { try state.changing { try copyLocked(state) } }

    private func copyLocked(_ state: RunState) throws -> Snapshot {
        let (tally, row) = desk.withLock { ($0.tally, $0.row) }
        return try Snapshot(ofLocked: state, facts: facts, tally: tally, row: row)
    }

    private func write(_ snapshot: Snapshot) throws {
        let due = desk.withLock(\.due)
        func isOfThis(_ item: Due) -> Bool { item.snapshot.progress.position == snapshot.progress.position }
        // What is of an earlier state first: on a disk without room `last` then stays the one that has it.
        let earlier = Result { for item in due where !isOfThis(item) { try place(item) } }
        try folder.save(snapshot.tensors, as: "last")
        desk.withLock { $0.saved = snapshot.progress.position }
        for item in due where isOfThis(item) { try place(item) }
        try earlier.get()
    }

    /// Gives a checkpoint its further name: the file `last`, where that is the same state, else a file of its own.
    private func place(_ item: Due) throws {
        let position = item.snapshot.progress.position
        if desk.withLock({ $0.saved == position }) {
            try folder.link("last", as: item.name)
        } else {
            try folder.save(item.snapshot.tensors, as: item.name)
        }
        desk.withLock {
            if item.name == $0.best?.name { ($0.best, $0.bestEpoch) = (nil, position.epoch) }
            if item.name == $0.kept?.name { $0.kept = nil }
        }
    }

    /// Whether the file `best` is there, and is of the best epoch so far.
    func hasBest(of progress: Progress) -> Bool {
        let epoch = desk.withLock(\.bestEpoch)
        return epoch != nil && epoch == progress.stopping.bestEpoch
    }

    /// Brings `best` and what is kept to where the run goes on from: a best one of a later epoch is forgotten, and names
    /// that are due are given to `last`, where a run ended between the two.
    ///
    /// - Returns: what the user should know of a `best` that is not the run's.
    func completeNames(after snapshot: Snapshot) throws -> String? {
        let progress = snapshot.progress
        var best = (try? SafeTensors(contentsOf: path(of: "best"))).flatMap { try? Snapshot($0, path: "") }
        if let later = best, later.progress.epoch > progress.epoch {
            try folder.remove("best")
            best = nil
        }
        if progress.step == 0, progress.epoch > 0, snapshot.path == path(of: "last") {
            if progress.stopping.bestEpoch == progress.epoch {
                try folder.link("last", as: "best")
                best = snapshot
            }
            if let name = keptName(epoch: progress.epoch - 1) { try folder.link("last", as: name) }
        }
        desk.withLock { $0.bestEpoch = best?.progress.epoch }
        return doubt(about: best?.progress, after: snapshot)
    }

    private func doubt(about best: Progress?, after snapshot: Snapshot) -> String? {
        let stopping = snapshot.progress.stopping
        guard stopping.bestEpoch > 0, best?.stopping != stopping || best?.epoch != stopping.bestEpoch else {
            return nil
        }
        let file = (path(of: "best") as NSString).lastPathComponent
        let name = (snapshot.path as NSString).lastPathComponent
        let claim = "the best epoch so far was \(stopping.bestEpoch)"
        guard let best else { return "\(claim), but \(file) is missing: its weights are lost" }
        if best.epoch == stopping.bestEpoch, best.stopping.bestFitness != stopping.bestFitness {
            return "\(file) and \(name) are not of one run: epoch \(best.epoch) has fitness "
                + "\(best.stopping.bestFitness) in one and \(stopping.bestFitness) in the other; was one exchanged?"
        }
        return best.epoch == stopping.bestEpoch
            ? nil : "\(claim), but \(file) holds epoch \(best.epoch): the weights of the best one are lost"
    }
}
