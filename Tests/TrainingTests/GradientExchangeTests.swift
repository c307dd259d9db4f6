import Collectives
import Configuration
import Layers
import Tensors
import TestSupport
import Testing

@testable import Training

/// The gradients' way to their sum: when it begins, and in which numbers.
@Suite(.serialized) struct GradientExchangeTests {
    @Test func bucketsSetOutWhileTheTapeStillWalksBack() throws {
        let counter = SumCounter()
        let trainer = try TinyRun(shards: 1).trainer(counter)
        let batch = try trainer.source.batches(epoch: 0, step: 0)[0]
        let pass = trainer.answer(batch)
        let counts = trainer.objective.counts(of: pass.preparation)
        _ = trainer.objective.evaluate(pass.preparation, of: pass.learned, counts: counts, isolating: nil)
        let tape = try #require(pass.tape)
        var started: [Int] = []
        trainer.exchange.begin(tape)
        tape.backward {
            trainer.exchange.finished($0, shard: 0)
            started.append(counter.sums)
        }
        trainer.exchange.end(shard: 0, isLast: true)
        try trainer.exchange.wait()
        // The statistics at once, and all but the last bucket before the last record.
        #expect(started[0] == 1 && counter.sums >= 4)
        #expect(started[started.count / 2] > 1 && started[started.count - 2] == counter.sums - 1)
        let trips = trainer.exchange.trips
        #expect(trips.count == counter.sums && trips.reduce(0) { $0 + $1.count } == trainer.exchange.sums.count)
        #expect(trips.last.map { $0.count < 40_000 } == true, "\(trips.map(\.count))")
    }

    @Test(arguments: [GradientCompression.bf16, .fp16]) func sixteenBitsHalveTheBytesAndSpareTheStatistics(
        compression: GradientCompression
    ) throws {
        var run = TinyRun(shards: 2)
        let plain = try run.trainer(SoloCommunicator())
        run.recipe.gradientCompression = compression
        let narrow = try run.trainer(SoloCommunicator())
        _ = try plain.step()
        _ = try narrow.step()
        let (whole, half) = (plain.exchange.trips, narrow.exchange.trips)
        #expect(half.map(\.count) == whole.map(\.count))
        #expect(half[0].bytes == whole[0].bytes)
        #expect(half.dropFirst().map { 2 * $0.bytes } == whole.dropFirst().map(\.bytes))
        let parameters = plain.state.weights.parameterCount
        let (a, b) = (plain.exchange.sums.values, narrow.exchange.sums.values)
        let (isSpared, isRounded) = (a[parameters...] == b[parameters...], a[..<parameters] != b[..<parameters])
        #expect(isSpared && isRounded)
        let error = relativeError(Array(b[..<parameters]), Array(a[..<parameters]))
        #expect(error < (compression == .bf16 ? 4e-3 : 5e-4))
    }

    @Test(arguments: GradientCompression.allCases) func whatIsNotFiniteInAnyShardIsNamed(
        compression: GradientCompression
    ) throws {
        let weights = try TinyRun.detector(1).weights
        let exchange = GradientExchange(weights, shards: 2, ranks: SoloCommunicator(), compression: compression)
        let spoilt = weights.parameters[weights.parameters.count / 2]
        // Not in the last shard, whose gradient is what the weights hold in the end.
        for place in [nil, spoilt.range.lowerBound, weights.parameterCount] as [Int?] {
            for shard in 0..<2 {
                weights.zeroGradients()
                if shard == 0, let place { weights.gradients.pointer[place] = .nan }
                if shard == 1 { exchange.begin(Tape()) }
                exchange.end(shard: shard, isLast: shard == 1)
            }
            try exchange.wait()
            let expected =
                place.map { $0 < weights.parameterCount ? "the gradient of \(spoilt.name)" : "the batch statistics" }
            #expect(exchange.nonFinitePart() == expected)
        }
    }

    @Test(arguments: [GradientCompression.bf16, .fp16]) func sixteenBitsLeaveNoTraceOfRanks(
        compression: GradientCompression
    ) throws {
        var run = TinyRun(shards: 4)
        run.recipe.epochs = 1
        let plain = try run.results(ranks: 1)[0]
        run.recipe.gradientCompression = compression
        let alone = try run.results(ranks: 1)[0]
        for ranks in [2, 4] {
            for (rank, result) in try run.results(ranks: ranks).enumerated() {
                let isSame = result == alone
                #expect(isSame, "\(ranks) ranks, rank \(rank)")
            }
        }
        // As close to the run without as a fraction of what was learned.
        let start = try TinyRun.detector(1).weights.values.values
        let learned = relativeError(plain[0], start)
        let isOther = alone != plain
        #expect(isOther && relativeError(alone[0], plain[0]) < 0.1 * learned)
        let three = try run.results(ranks: 3)
        let isEqual = three[0] == three[1] && three[1] == three[2]
        #expect(isEqual)
        #expect(relativeError(three[0][0], plain[0]) < 0.1 * learned)
    }

    @Test func aSumTooLargeForBinary16IsSkippedAndTheScaleFollows() throws {
        var run = TinyRun(shards: 2)
        run.recipe.gradientCompression = .fp16
        run.recipe.lambdaDetection = 1e6
        run.steps = 12
        let endings = try [1, 2].map { size in
            try LocalRanks.run(size) { [run] ranks in
                let journal = Quiet()
                let trainer = try run.trainer(ranks, journal: journal)
                let skipped = try (0..<8).map { _ in try trainer.step().isSkipped }
                return (skipped, journal.notes.joined(), trainer.state.progress, trainer.state.numbers)
            }[0]
        }
        let (skipped, notes, progress, numbers) = endings[0]
        #expect(skipped[0] && !skipped[7] && skipped.count { $0 } < 6, "\(skipped)")
        #expect(notes.contains("fp16") && progress.gradientNorm.map { $0 > 65_504 } == true)
        let isSame = endings[1].0 == skipped && endings[1].3 == numbers
        #expect(isSame)
    }

    @Test func theScaleOfBinary16FollowsTheNorm() {
        var progress = Training.Progress(epochs: 1, patience: 0)
        #expect(progress.halfExponent == 0)
        for (norm, exponent) in [(512.0, 0), (256.1, 0), (256.0, 1), (1e6, -11), (1e-3, 18), (0, 0), (.nan, 0)] {
            progress.gradientNorm = norm
            #expect(progress.halfExponent == exponent, "\(norm)")
        }
        progress.gradientNorm = 512
        progress.skippedInARow = 2
        #expect(progress.halfExponent == -8)
        progress.skippedInARow = 50
        #expect(progress.halfExponent == -100)
    }

    @Test func whatARankWaitedForIsWrittenDown() throws {
        let reports = try LocalRanks.run(2) { ranks in
            let journal = Quiet()
            let trainer = try TinyRun(shards: 2).trainer(ranks, journal: journal)
            return try trainer.step()
        }
        #expect(reports.allSatisfy { $0.waits.agreement > 0 && $0.waits.sums > 0 })
        #expect(reports.allSatisfy { $0.waits.agreement + $0.waits.sums < $0.seconds })
        var tally = EpochTally()
        var report = reports[0]
        report.seconds = 4
        report.waits = RankWaits(agreement: 1, sums: 0.5)
        tally.add(report)
        tally.add(report)
        #expect(tally.waitShares == RankWaits(agreement: 0.25, sums: 0.125))
    }
}

/// A single rank that counts the sums that were started.
private final class SumCounter: Communicator {
    private let solo = SoloCommunicator()
    private(set) var sums = 0
    let rank = 0
    let size = 1
    let local = (rank: 0, size: 1)

    func startSum<Value: Summand>(
        _ source: UnsafeBufferPointer<Value>, into destination: UnsafeMutableBufferPointer<Value>
    ) -> any PendingSum {
        sums += 1
        return solo.startSum(source, into: destination)
    }

    func sum(_ values: inout [Double]) {}
    func maximum(_ values: inout [Double]) {}
    func broadcast(_ bytes: [UInt8]) -> [UInt8] { bytes }
    func gather(_ bytes: [UInt8]) -> [[UInt8]]? { [bytes] }
    func report(phase: String, step: Int) {}
    func abort(because error: any Error) -> Never { solo.abort(because: error) }
    func abort(code: Int32) -> Never { solo.abort(code: code) }
    func finish() {}
}
