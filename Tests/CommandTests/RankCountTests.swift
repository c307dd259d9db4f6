import TestSupport
import Testing

/// The same recipe under real `mpirun`: how many ranks and threads carry it leaves no trace in any bit.
@Suite(.serialized) struct RankCountTests {
    @Test func ranksAndThreadsLeaveNoTraceInAnyBit() throws {
        let run = try SceneRun()
        #expect(try run.train("one", ranks: 1).code == 0)
        let numbers = try run.numbers("one")
        let results = try run.results("one")
        #expect(run.steps("one") == 21 && results.count == 8)
        #expect(numbers.keys.contains { $0.hasPrefix("optim.") } && numbers.keys.contains { $0.hasPrefix("ema.") })
        for (ranks, threads) in [(1, 2), (2, 1), (4, 1), (2, 2)] {
            let name = "\(ranks)x\(threads)"
            let outcome = try run.train(name, ranks: ranks, "threads=\(threads)")
            #expect(outcome.code == 0, "\(outcome)")
            #expect(try run.numbers(name) == numbers, "\(ranks) ranks with \(threads) threads")
            #expect(try run.results(name) == results, "\(ranks) ranks with \(threads) threads")
        }
        #expect(try run.numbers("one", of: "best") == run.numbers("4x1", of: "best"))
    }

    @Test func threeRanksCarryFourShardsWithinRounding() throws {
        let run = try SceneRun("epochs=2", "val=false")
        #expect(try run.train("one", ranks: 1).code == 0)
        #expect(try run.train("three", ranks: 3).code == 0)
        let (one, three) = (try run.numbers("one"), try run.numbers("three"))
        for name in one.keys where name.hasPrefix("ema.") && one[name]?.type == "F32" {
            let (expected, found) = (try #require(one[name]?.floats()), try #require(three[name]?.floats()))
            #expect(relativeError(found, expected) < 1e-4, "\(name)")
        }
    }

    @Test(arguments: ["bf16", "fp16"]) func gradientsInSixteenBitsLeaveNoTraceOfRanksEither(numbers: String) throws {
        let run = try SceneRun("epochs=2", "val=false", "gradient_compression=\(numbers)")
        #expect(try run.train("one", ranks: 1).code == 0)
        for ranks in [2, 4] {
            #expect(try run.train("\(ranks)", ranks: ranks).code == 0)
            #expect(try run.numbers("\(ranks)") == run.numbers("one"), "\(ranks) ranks")
        }
        #expect(try run.train("plain", ranks: 1, "gradient_compression=none").code == 0)
        #expect(try run.numbers("plain") != run.numbers("one"))
    }

    @Test func eightRanksOnFewCoresFinish() throws {
        let run = try SceneRun("shards=8", "batch=1", "epochs=2", "close_mosaic=0")
        let eight = try run.train("eight", ranks: 8)
        #expect(eight.code == 0, "\(eight)")
        #expect(try run.train("one", ranks: 1).code == 0)
        #expect(try run.numbers("eight") == run.numbers("one"))
    }
}
