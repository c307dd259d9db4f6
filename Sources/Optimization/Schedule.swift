import Foundation

/// Learning rate, momentum, decay and accumulation over a run: functions of the batch's number and the run's length, so
/// that a resumed run needs to remember nothing.
///
/// Source: the reference's trainer (release 8.4); `longWarmup` gives the rules of 8.3.
public struct Schedule: Equatable, Sendable {
    /// Epochs over which the rate falls: those of the recipe, or what a time limit has made of them.
    public var decayEpochs: Int
    /// Of the recipe: warm-up and accumulation do not change in mid-run.
    var epochs: Int
    var batchesPerEpoch: Int
    var globalBatch: Int
    var nominalBatch: Int
    var initialRate: Double
    var finalShare: Double
    var momentum: Double
    var weightDecay: Double
    var cosine: Bool
    var warmupEpochs: Double
    var warmupMomentum: Double
    var warmupBiasRate: Double
    var longWarmup: Bool

    /// - Parameters:
    ///   - epochs: over which the rate falls.
    ///   - batchesPerEpoch: over all shards together, a short last one included.
    ///   - globalBatch: images of a full batch over all shards.
    ///   - nominalBatch: images that gradients are gathered for (`nbs`).
    ///   - initialRate: rate at the start, after any scaling for large batches.
    ///   - finalShare: share of `initialRate` that is left at the end (`lrf`).
    ///   - momentum: after warm-up.
    ///   - weightDecay: per `nominalBatch` images.
    ///   - cosine: falls along half a cosine, else along a line.
    ///   - warmupEpochs: in which rates and momentum rise; fractions count, 0 is none.
    ///   - warmupMomentum: momentum of the first batch.
    ///   - warmupBiasRate: rate of biases at the first batch; the others begin at 0.
    ///   - longWarmup: the rules of 8.3: at least 100 batches of warm-up, accumulation without the cap of a short run.
    public init(
        epochs: Int, batchesPerEpoch: Int, globalBatch: Int, nominalBatch: Int, initialRate: Double,
        finalShare: Double, momentum: Double, weightDecay: Double, cosine: Bool, warmupEpochs: Double,
        warmupMomentum: Double, warmupBiasRate: Double, longWarmup: Bool
    ) {
        self.epochs = epochs
        decayEpochs = epochs
        self.batchesPerEpoch = batchesPerEpoch
        self.globalBatch = globalBatch
        self.nominalBatch = nominalBatch
        self.initialRate = initialRate
        self.finalShare = finalShare
        self.momentum = momentum
        self.weightDecay = weightDecay
        self.cosine = cosine
        self.warmupEpochs = warmupEpochs
        self.warmupMomentum = warmupMomentum
        self.warmupBiasRate = warmupBiasRate
        self.longWarmup = longWarmup
    }

    /// Batches whose gradients make one step after warm-up.
    public var accumulation: Int {
        longWarmup ? uncappedAccumulation : min(uncappedAccumulation, batchesPerEpoch * epochs)
    }

    private var uncappedAccumulation: Int {
        max(Int((Double(nominalBatch) / Double(globalBatch)).rounded(.toNearestOrEven)), 1)
    }

    /// Factor that brings the gradient of a batch above `nominalBatch` images to the scale of `nominalBatch`.
    public var gradientScale: Double { min(1, Double(nominalBatch) / Double(globalBatch)) }

    /// Decay that goes with gradients summed over a step's images, up to the scale of `nominalBatch`.
    private var scaledDecay: Double {
        globalBatch > nominalBatch
            ? weightDecay : weightDecay * Double(globalBatch * uncappedAccumulation) / Double(nominalBatch)
    }

    /// Batches of warm-up; 0 for none.
    public var warmupBatches: Int {
        guard warmupEpochs > 0 else { return 0 }
        if longWarmup { return max(Int((warmupEpochs * Double(batchesPerEpoch)).rounded(.toNearestOrEven)), 100) }
        let epochs = min(warmupEpochs, Double(max(self.epochs - 1, 0)))
        return Int((epochs * Double(batchesPerEpoch)).rounded(.toNearestOrEven))
    }

    /// Share of the initial rate in an epoch (from 0).
    public func share(epoch: Int) -> Double {
        let progress = Double(epoch) / Double(decayEpochs)
        if cosine { return max((1 - cos(progress * .pi)) / 2, 0) * (finalShare - 1) + 1 }
        return max(1 - progress, 0) * (1 - finalShare) + finalShare
    }

    /// Rates at a batch, counted from 0 over the whole run.
    public func rates(batch: Int) -> Rates {
        let rate = initialRate * share(epoch: batch / batchesPerEpoch)
        var rates = Rates(weight: rate, norm: rate, bias: rate, momentum: momentum, weightDecay: scaledDecay)
        if isWarmup(batch) {
            let f = Double(batch) / Double(warmupBatches)
            rates.weight = f * rate
            rates.norm = f * rate
            rates.bias = warmupBiasRate + f * (rate - warmupBiasRate)
            rates.momentum = warmupMomentum + f * (momentum - warmupMomentum)
        }
        return rates
    }

    /// Batches that must have gathered at this batch before a step is taken.
    public func accumulation(batch: Int) -> Int {
        guard isWarmup(batch) else { return accumulation }
        let goal = longWarmup ? Double(nominalBatch) / Double(globalBatch) : Double(accumulation)
        let f = Double(batch) / Double(warmupBatches)
        return max(1, Int((1 + f * (goal - 1)).rounded(.toNearestOrEven)))
    }

    /// Times that the optimizer moves in a run of so many batches.
    public func updates(batches: Int) -> Int {
        var (count, last, batch) = (0, -1, 0)
        while batch < batches && isWarmup(batch) {
            if batch - last >= accumulation(batch: batch) { (count, last) = (count + 1, batch) }
            batch += 1
        }
        return count + max(batches - 1 - last, 0) / accumulation
    }

    private func isWarmup(_ batch: Int) -> Bool { warmupBatches > 0 && batch <= warmupBatches }
}
