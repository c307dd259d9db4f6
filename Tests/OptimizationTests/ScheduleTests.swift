import Optimization
import Testing

private func schedule(
    epochs: Int = 3, batches: Int = 2, batch: Int = 4, cosine: Bool = false, longWarmup: Bool = false
) -> Schedule {
    Schedule(
        epochs: epochs, batchesPerEpoch: batches, globalBatch: batch, nominalBatch: 64, initialRate: 0.01,
        finalShare: 0.01, momentum: 0.937, weightDecay: 5e-4, cosine: cosine, warmupEpochs: 3, warmupMomentum: 0.8,
        warmupBiasRate: 0.1, longWarmup: longWarmup)
}

@Suite struct ScheduleTests {
    @Test func theWorkedExampleOfTheReferenceHolds() {
        let s = schedule()
        #expect(s.accumulation == 6 && s.warmupBatches == 4)
        let ends = [1, 3, 5].map { s.rates(batch: $0) }
        for (rates, expected) in zip(ends, [(0.0025, 0.0775), (0.005025, 0.030025), (0.0034, 0.0034)]) {
            #expect(abs(rates.weight - expected.0) < 1e-12 && abs(rates.bias - expected.1) < 1e-12)
        }
        #expect(abs(ends[1].momentum - 0.90275) < 1e-12)
        var last = -1
        let steps = (0..<4).filter { batch in
            guard batch - last >= s.accumulation(batch: batch) else { return false }
            last = batch
            return true
        }
        #expect(steps == [0])
    }

    /// As the loop counts them: every batch is asked whether the optimizer moves.
    @Test(arguments: [(3, 2, 4), (10, 7, 4), (5, 40, 16), (4, 25, 64), (200, 3, 8), (1, 1, 128), (30, 11, 32)])
    func updatesAreCountedAsTheLoopMakesThem(epochs: Int, batches: Int, batch: Int) {
        for longWarmup in [false, true] {
            let s = schedule(epochs: epochs, batches: batches, batch: batch, longWarmup: longWarmup)
            var (count, last) = (0, -1)
            for number in 0..<epochs * batches where number - last >= s.accumulation(batch: number) {
                (count, last) = (count + 1, number)
            }
            #expect(s.updates(batches: epochs * batches) == count)
        }
    }

    @Test(arguments: [(0, 1.0, 1.0), (1, 0.9901, 0.9997557), (50, 0.505, 0.505), (99, 0.0199, 0.0102443)])
    func theRateFallsAsTheReferences(epoch: Int, linear: Double, cosine: Double) {
        #expect(abs(schedule(epochs: 100).share(epoch: epoch) - linear) < 1e-7)
        #expect(abs(schedule(epochs: 100, cosine: true).share(epoch: epoch) - cosine) < 1e-7)
    }

    @Test func release83WarmsUpForAtLeastAHundredBatches() {
        #expect(schedule(longWarmup: true).warmupBatches == 100)
        #expect(schedule(longWarmup: true).accumulation == 16)
    }

    @Test func largeBatchesAreBroughtToTheNominalScaleOnce() {
        let s = schedule(epochs: 100, batches: 100, batch: 256)
        #expect(s.accumulation == 1 && s.gradientScale == 0.25 && s.rates(batch: 5000).weightDecay == 5e-4)
        let small = schedule(epochs: 100, batches: 100, batch: 24)
        #expect(small.gradientScale == 1 && abs(small.rates(batch: 5000).weightDecay - 5e-4 * 24 * 3 / 64) < 1e-15)
    }
}
