import CHost
import Collectives
import Configuration
import Layers
import Tensors

/// Adds gradients over this rank's shards and over ranks, in buckets that start on their way while the tape still walks
/// back.
///
/// Bucket boundaries depend on the model only, and every bucket is exchanged every step on every rank, so bits and order
/// depend neither on timing nor on the number of ranks. Batch statistics are a bucket of their own, always of floats.
public final class GradientExchange {
    /// A bucket's last way to its sum.
    public struct Trip: Sendable {
        /// Values of the bucket.
        public var count: Int
        /// Bytes that this rank contributed.
        public var bytes: Int
        /// Start and end, on the clock of `chost_seconds`.
        public var times: SumTimes
    }

    /// Sums over all shards, laid out as the weights' gradients.
    let sums: FlatBuffer
    /// Of the last step, in the order in which buckets set out.
    public private(set) var trips: [Trip] = []
    /// When the way back ended and this rank had nothing to do but wait, on the clock of `chost_seconds`.
    public private(set) var walkedBack = 0.0
    private let statistics: FloatLane
    private let parameters: any SumLane
    private let format: SumFormat
    private let weights: Weights
    private let buckets: [Range<Int>]
    private var missing: [Int] = []
    private var next = 0
    private var pending: [any PendingSum] = []

    /// Values per bucket: about 1.3 MB, which the cache and the wire both like.
    private static let bucketSize = 340_000
    /// Values of the last bucket, at most where parameters can be cut so: nothing hides its way, while the layers before
    /// it, the largest images of the model, hide that of all others.
    private static let lastBucketSize = 32_000

    init(_ weights: Weights, shards: Int, ranks: any Communicator, compression: GradientCompression) {
        self.weights = weights
        let (gradients, shards) = (weights.gradients, max(shards, 1))
        sums = FlatBuffer(count: gradients.count)
        statistics = FloatLane(
            weights.parameterCount..<gradients.count, of: gradients, into: sums, shards: shards, ranks: ranks)
        let place = 0..<weights.parameterCount
        switch compression {
        case .none:
            format = .float32
            parameters = FloatLane(place, of: gradients, into: sums, shards: shards, ranks: ranks)
        case .bf16:
            format = .bfloat16
            parameters = NarrowLane<BrainFloat>(place, of: gradients, into: sums, shards: shards, ranks: ranks)
        case .fp16:
            format = .float16
            parameters = NarrowLane<HalfFloat>(place, of: gradients, into: sums, shards: shards, ranks: ranks)
        }
        buckets = GradientExchange.buckets(of: weights)
    }

    /// The statistics, then ranges from the end of the parameters (where the way back begins) to their start, cut between
    /// parameters.
    static func buckets(of weights: Weights) -> [Range<Int>] {
        var buckets = [weights.parameterCount..<weights.gradients.count]
        var end = weights.parameterCount
        for parameter in weights.parameters.reversed() {
            let start = parameter.range.lowerBound
            let isFull = end - start >= bucketSize
            let opensLast = start <= lastBucketSize && end > lastBucketSize
            guard isFull || opensLast || start == 0 else { continue }
            buckets.append(start..<end)
            end = start
        }
        return buckets
    }

    /// Exponent of the power of two that binary16 gradients are multiplied by on their way; before the first shard ends.
    func scale(exponent: Int) {
        (parameters as? NarrowLane<HalfFloat>)?.scale = Float(sign: .plus, exponent: exponent, significand: 1)
    }

    /// Announces the tape of the last shard, which sets the buckets on their way as it walks back.
    func begin(_ tape: Tape) {
        missing = [Int](repeating: 0, count: buckets.count)
        next = 0
        for parameter in tape.parameterUses { missing[bucket(of: parameter)] += 1 }
    }

    /// Takes note of finished records of the last shard; starts every bucket that is complete and next in order.
    func finished(_ parameters: [Parameter], shard: Int) {
        for parameter in parameters { missing[bucket(of: parameter)] -= 1 }
        while next < buckets.count - 1, missing[next] == 0 { start(shard: shard) }
    }

    /// Ends a shard; for the last one, starts what is left.
    func end(shard: Int, isLast: Bool) {
        guard isLast else {
            statistics.add(shard: shard)
            return parameters.add(shard: shard)
        }
        while next < buckets.count { start(shard: shard) }
        walkedBack = chost_seconds()
    }

    /// Sleeps until all sums are there.
    func wait() throws {
        trips = []
        for (bucket, sum) in zip(buckets, pending) {
            try sum.wait()
            lane(of: bucket).finish(bucket)
            let width = isStatistics(bucket) ? SumFormat.float32.bytes : format.bytes
            trips.append(Trip(count: bucket.count, bytes: bucket.count * width, times: sum.times))
        }
        pending = []
    }

    /// What is not finite in this rank's own part of the sums, nearest to the loss; nil when all is.
    func nonFinitePart() -> String? {
        let parameter = weights.parameters.last { !parameters.isFinite($0.range) }
        if let parameter { return "the gradient of \(parameter.name)" }
        return statistics.isFinite(weights.parameterCount..<weights.gradients.count) ? nil : "the batch statistics"
    }

    /// Bytes of the sums, and of what waits for other shards or ranks.
    var byteCount: Int {
        sums.count * MemoryLayout<Float>.stride + statistics.byteCount + parameters.byteCount
    }

    private func start(shard: Int) {
        let range = buckets[next]
        KernelProfile.measure(.pass("start sums", overValues: range.count, passes: 2, block: "exchange")) {
            pending.append(lane(of: range).start(range, shard: shard))
        }
        next += 1
    }

    private func isStatistics(_ bucket: Range<Int>) -> Bool { bucket.lowerBound >= weights.parameterCount }

    private func lane(of bucket: Range<Int>) -> any SumLane { isStatistics(bucket) ? statistics : parameters }

    private func bucket(of parameter: Parameter) -> Int {
        buckets.firstIndex { $0.contains(parameter.range.lowerBound) } ?? 0
    }
}
