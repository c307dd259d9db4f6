import Collectives
import Configuration
import Layers
import Tensors
import TestSupport
import Testing

@testable import Training

/// A run is made of shards; how many ranks and threads carry them leaves no trace in any bit.
@Suite(.serialized) struct RankTests {
    @Test(arguments: [OptimizerChoice.sgd, .adamW]) func ranksAndThreadsLeaveNoTraceInAnyBit(
        optimizer: OptimizerChoice
    ) throws {
        var run = TinyRun(shards: 4)
        run.optimizer = optimizer
        defer { Threads.count = 1 }
        Threads.count = 1
        let alone = try run.results(ranks: 1)[0]
        for (ranks, threads) in [(1, 2), (2, 1), (2, 2), (4, 1)] {
            Threads.count = threads
            for (rank, result) in try run.results(ranks: ranks).enumerated() {
                #expect(result == alone, "\(optimizer), \(ranks) ranks, \(threads) threads, rank \(rank)")
            }
        }
        let start = try TinyRun.detector(1).weights.values.values
        #expect(relativeError(alone[0], start) > 1e-3, "nothing was learned")
    }

    @Test func threeRanksAgreeWithOneUpToRounding() throws {
        let run = TinyRun(shards: 4)
        let alone = try run.results(ranks: 1)[0]
        let three = try run.results(ranks: 3)
        #expect(three[0] == three[1] && three[1] == three[2])
        #expect(relativeError(three[0][0], alone[0]) < 1e-4)
    }

    @Test func synchronisedBatchNormOverShardsIsOneShardOfAllImages() throws {
        var shards = TinyRun(shards: 4)
        shards.recipe.syncBn = true
        // The same images in one shard: the noise of a shard depends on its number, so ask for it through four ranks.
        let four = try shards.results(ranks: 4)[0]
        let two = try shards.results(ranks: 2)[0]
        let one = try shards.results(ranks: 1)[0]
        #expect(relativeError(four[0], one[0]) < 1e-3)
        #expect(relativeError(two[0], one[0]) < 1e-3)
        let separate = try TinyRun(shards: 4).results(ranks: 1)[0]
        #expect(relativeError(separate[0], one[0]) > 1e-3, "synchronising makes no difference")
    }

    @Test func shortMemoryRepeatsPassesAndLeavesNoTraceInAnyBit() throws {
        var run = TinyRun(shards: 4)
        run.recipe.epochs = 1
        let roomy = try run.trainer(SoloCommunicator())
        _ = try roomy.run()
        run.tapeMemory = 0
        let short = try run.trainer(SoloCommunicator())
        _ = try short.run()
        #expect(short.state.numbers == roomy.state.numbers)
        #expect(short.keptTapes == 1 && roomy.keptTapes > 4)
    }

    @Test func aTapeThatIsGivenUpIsGone() throws {
        let trainer = try TinyRun(shards: 1).trainer(SoloCommunicator())
        let batch = try trainer.source.batches(epoch: 0, step: 0)[0]
        weak var tape: Tape?
        do { tape = trainer.answer(batch, keepsTape: false).learned.boxes.tape }
        #expect(tape == nil)
    }

    @Test func mapsThatAreComputedTwiceLeaveNoTraceInAnyBit() throws {
        for (layers, synchronizes) in [([], false), (Array(0..<10), false), ([], true)] {
            var run = TinyRun(shards: 2)
            run.recipe.epochs = 1
            run.recipe.freeze = layers
            run.recipe.syncBn = synchronizes
            for ranks in [1, 2] {
                run.recipe.checkpointActivations = false
                let kept = try run.results(ranks: ranks)
                run.recipe.checkpointActivations = true
                #expect(try run.results(ranks: ranks) == kept, "\(ranks) ranks, frozen \(layers), \(synchronizes)")
            }
        }
    }

    @Test func accumulationOverStepsLeavesNoTraceOfRanksEither() throws {
        var run = TinyRun(shards: 2)
        run.recipe.nbs = 16
        let alone = try run.results(ranks: 1)[0]
        #expect(try run.results(ranks: 2)[1] == alone)
    }
}
