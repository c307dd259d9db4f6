import Datasets

/// Training batches of this rank's shards, prepared ahead in the background.
public final class ShardedSource: BatchSource {
    public let stepsPerEpoch: Int
    private let loader: BatchLoader
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

    /// Batches of this rank's shards, in order.
    public func batches(epoch: Int, step: Int) throws -> [Batch] {
        if prefetcher == nil || next != epoch * stepsPerEpoch + step { try seek(epoch: epoch, step: step) }
        next += 1
        return try shards.map { _ in
            guard let batch = try prefetcher?.next() else { preconditionFailure("no batch after the last") }
            return batch
        }
    }

    /// Goes to another place in the run; what was prepared ahead is dropped.
    public func seek(epoch: Int, step: Int) throws {
        let start = epoch * stepsPerEpoch + step
        if prefetcher != nil, start == next { return }
        prefetcher?.stop()
        next = start
        let (loader, shards, steps) = (loader, shards, stepsPerEpoch)
        prefetcher = Prefetcher(count: .max / 2, threads: threads, ahead: max(8, 2 * shards.count)) { number in
            let step = start + number / shards.count
            return try loader.batch(
                epoch: step / steps, step: step % steps, shard: shards.lowerBound + number % shards.count)
        }
    }

    deinit { prefetcher?.stop() }
}
