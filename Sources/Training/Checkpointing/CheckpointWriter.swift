import Checkpoints
import Diagnostics
import Foundation
import Synchronization

/// Writes the checkpoints of a run: at the end of epochs, on request, and in the last second of a process.
///
/// May be used from any thread.
public final class CheckpointWriter: Sendable {
    /// What the journal has written down so far, and what is on disk.
    private struct Desk {
        /// Up to here the other files of the run are complete.
        var written: Position
        var tally = EpochTally()
        /// Of `last`.
        var saved: Position?
        /// The best state while its file could not be written.
        var unsavedBest: SafeTensors?
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
        desk = Mutex(Desk(written: position, tally: resumed?.tally ?? EpochTally(), saved: isLast ? position : nil))
    }

    /// Counts so far of the epoch at hand.
    var tally: EpochTally { desk.withLock { $0.tally } }

    /// Takes note that everything up to a position is written down.
    func advance(to position: Position, tally: EpochTally) {
        desk.withLock {
            $0.written = position
            $0.tally = tally
        }
    }

    /// Saves at the end of an epoch: `last`, `best` when it is, `epochN` when it is due.
    ///
    /// - Throws: `Problem` of exit code `inputOutput`; the checkpoints before are intact then.
    func save(_ report: EpochReport, _ state: RunState) throws {
        let snapshot = try copy(state)
        // Before anything can fail, so that a later save makes good for this one.
        if report.isBest { desk.withLock { $0.unsavedBest = snapshot.tensors } }
        try write(snapshot)
        if savePeriod > 0, report.epoch % savePeriod == 0 { try folder.link("last", as: "epoch\(report.epoch)") }
    }

    /// Saves the state as `last`, unless it is there already.
    ///
    /// - Throws: `Problem` of exit code `inputOutput`.
    public func saveNow(_ state: RunState) throws {
        let isSaved = desk.withLock { $0.saved == state.progress.position && $0.unsavedBest == nil }
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
        try Snapshot(ofLocked: state, facts: facts, tally: tally)
    }

    private func write(_ snapshot: Snapshot) throws {
        try folder.save(snapshot.tensors, as: "last")
        desk.withLock { $0.saved = snapshot.progress.position }
        guard let best = desk.withLock({ $0.unsavedBest }) else { return }
        if best.metadata["progress"] == snapshot.tensors.metadata["progress"] {
            try folder.link("last", as: "best")
        } else {
            try folder.save(best, as: "best")
        }
        desk.withLock { $0.unsavedBest = nil }
    }

    /// Brings `best` to where the run goes on from: one of a later epoch is forgotten, and one that is due is made of
    /// `last`, where a run ended between the two.
    func completeBest(after snapshot: Snapshot) throws {
        if let best = try? SafeTensors(contentsOf: path(of: "best")), let later = try? Snapshot(best, path: ""),
            later.progress.epoch > snapshot.progress.epoch
        {
            try folder.remove("best")
        }
        let progress = snapshot.progress
        let isBest = progress.step == 0 && progress.epoch > 0 && progress.stopping.bestEpoch == progress.epoch
        guard isBest, snapshot.path == path(of: "last") else { return }
        try folder.link("last", as: "best")
    }
}
