import Checkpoints
import Collectives
import Configuration
import Foundation
import Testing

@testable import Training

/// Ends a run after a batch, as a signal or the loss of power would.
private final class CutShort: Journal {
    struct Cut: Error {}
    let journal: any Journal
    let batch: Int
    /// Runs before the end.
    let last: (RunState) throws -> Void

    init(_ journal: any Journal, after batch: Int, last: @escaping (RunState) throws -> Void) {
        self.journal = journal
        self.batch = batch
        self.last = last
    }

    func note(_ text: String) throws { try journal.note(text) }
    func record(_ report: StepReport, _ state: RunState) throws {
        try journal.record(report, state)
        if report.batch == batch {
            try last(state)
            throw Cut()
        }
    }
    func finish(_ report: EpochReport, _ state: RunState) throws { try journal.finish(report, state) }
}

@Suite struct CheckpointResumeTests {
    /// What a run that nobody stops leaves behind.
    private static let undisturbed = Result { try run.results(ranks: 1) }

    private static var run: TinyRun {
        var run = TinyRun(shards: 2)
        run.steps = 3
        run.recipe.epochs = 2
        return run
    }

    private func journal(_ run: TinyRun, _ folder: RunFolder, _ resumed: Snapshot?) throws -> RunJournal {
        try RunJournal(
            folder, log: RunLog(isQuiet: true), recipe: run.recipe, facts: facts(), terms: fiveTerms,
            stepsPerEpoch: run.steps, resumed: resumed)
    }

    /// Stopped in the middle of gathering, at the end of an epoch, and right after one; also on another number of ranks.
    @Test(arguments: [(0, 2, 1), (2, 1, 2), (3, 1, 1)])
    func aResumedRunEndsWithTheSameBits(batch: Int, before: Int, after: Int) throws {
        let scratch = try ScratchFolder()
        let run = Self.run
        let project = scratch.path
        #expect(throws: CutShort.Cut.self) {
            _ = try LocalRanks.run(before) { ranks -> Int in
                guard ranks.rank == 0 else {
                    _ = try run.trainer(ranks, journal: CutShort(SilentJournal(), after: batch) { _ in }).run()
                    return 0
                }
                let folder = try RunFolder(project: project, name: "train", existOk: false)
                let journal = try journal(run, folder, nil)
                _ = try run.trainer(ranks, journal: CutShort(journal, after: batch, last: journal.checkpoints.saveNow))
                    .run()
                return 0
            }
        }
        let resumed = try LocalRanks.run(after) { ranks -> [[Float]] in
            let place = try #require(try CheckpointPlace.latest(in: project, name: "train"))
            let (snapshot, _) = try Snapshot.load(place, ranks: ranks)
            #expect(snapshot.progress.gathered == (batch % 2 == 0 ? 1 : 0))
            let folder = try ranks.rank == 0 ? RunFolder(resuming: place) : nil
            let trainer = try run.trainer(
                ranks, journal: folder.map { try journal(run, $0, snapshot) } ?? SilentJournal())
            try trainer.state.restore(from: snapshot)
            _ = try trainer.run()
            return trainer.state.numbers
        }
        let undisturbed = try Self.undisturbed.get()[0]
        for numbers in resumed { #expect(numbers == undisturbed) }
        #expect(try scratch.lines("train/results.csv").map { $0.prefix(2) } == ["ep", "1,", "2,"])
    }
}
