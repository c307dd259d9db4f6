import Datasets

/// Training batches of this rank's shards, prepared ahead in the background.
public final class ShardedSource: BatchSource {
    /// Of the plan, a short last step included; the same on every rank.
    public let stepsPerEpoch: Int
    private var loader: BatchLoader
    private let shards: Range<Int>
    private let threads: Int
    private var prefetcher: Prefetcher?
    /// Step, over the whole run, that comes next.
    private var next = 0

    /// - Parameters:
    ///   - shards: those this rank carries.
    ///   - threads: that decode and augment.
    public init(_ loader: BatchLoader, shards: Range<Int>, threads: Int) {
        self.loader = loader
        self.shards = shards
        self.threads = threads
        stepsPerEpoch = loader.plan.stepsPerEpoch
    }

    /// What making the batches has cost so far, those prepared ahead included.
    public var loading: LoadingTimes.Sums { loader.times.sums }

    /// Batches of this rank's shards, in order.
    public func batches(epoch: Int, step: Int) throws -> [Batch] {
        let place = epoch * stepsPerEpoch + step
        if prefetcher == nil || next != place { start(at: place) }
        next += 1
        return try shards.map { _ in
            guard let batch = try prefetcher?.next() else { preconditionFailure("no batch after the last") }
            return batch
        }
    }

    /// Goes to where the run is; what was prepared ahead for another place, or another length of the run, is dropped.
    public func seek(_ progress: Progress) {
        let place = progress.epoch * stepsPerEpoch + progress.step
        if prefetcher != nil, place == next, loader.epochs == progress.epochs { return }
        loader.epochs = progress.epochs
        start(at: place)
    }

    private func start(at start: Int) {
        prefetcher?.stop()
        next = start
        let (loader, shards, steps) = (loader, shards, stepsPerEpoch)
        prefetcher = Prefetcher(count: .max / 2, threads: threads, ahead: max(threads + 2, 2 * shards.count)) {
            number in
            let step = start + number / shards.count
            return try loader.batch(
                epoch: step / steps, step: step % steps, shard: shards.lowerBound + number % shards.count)
        }
    }

    deinit { prefetcher?.stop() }
}
