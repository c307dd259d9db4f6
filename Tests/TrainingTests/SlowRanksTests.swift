import Collectives
import Diagnostics
import Testing

@testable import Training

@Suite struct SlowRanksTests {
    private static func work(_ seconds: Double...) -> [SlowRanks.Work] {
        seconds.enumerated().map { SlowRanks.Work(host: "h\($0)", seconds: $1) }
    }

    @Test func ranksThatComputeMuchLongerThanTheMedianRankAreNamed() {
        let line = "rank 2 (h2) is slow: it computes 0.52 s per step and shard, the median rank 0.31 s"
        #expect(SlowRanks.lines(Self.work(0.3, 0.31, 0.52, 0.32)) == [line])
        // Of two the faster one counts.
        #expect(SlowRanks.lines(Self.work(0.3, 0.5)).count == 1)
        #expect(SlowRanks.lines(Self.work(0.3, 0.44)) == [])
        #expect(SlowRanks.lines(Self.work(0, 0)) == [] && SlowRanks.lines(Self.work(1)) == [])
    }

    @Test func anEpochsSlowRankIsSaidOnce() throws {
        var run = TinyRun(shards: 2)
        run.recipe.epochs = 1
        run.hasTeacher = false
        let notes = try LocalRanks.run(2) { [run] ranks in
            let journal = Quiet()
            let trainer = try run.trainer(ranks, journal: journal)
            while trainer.state.progress.step < run.steps { _ = try trainer.step() }
            // As if its core were shared with others.
            trainer.computing.seconds = ranks.rank == 1 ? 50 : 5
            _ = try trainer.judge()
            return journal.notes
        }
        let expected = "rank 1 (\(HostName.own)) is slow: it computes 10 s per step and shard, the median rank 1 s"
        #expect(notes == [[expected], []])
    }
}
