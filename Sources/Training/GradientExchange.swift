import Collectives
import Layers
import Tensors

/// Adds gradients over this rank's shards and over ranks, in buckets that start on their way while the tape still walks
/// back.
///
/// Bucket boundaries depend on the model only, and every bucket is exchanged every step on every rank, so bits and order
/// depend neither on timing nor on the number of ranks.
final class GradientExchange {
    /// Sums over all shards, laid out as the weights' gradients.
    let sums: FlatBuffer
    private let weights: Weights
    private let ranks: any Communicator
    private let tree: TreeSum
    private let buckets: [Range<Int>]
    private var missing: [Int] = []
    private var next = 0
    private var pending: [any PendingSum] = []

    /// Values per bucket: about 1.3 MB, which the cache and the wire both like.
    private static let bucketSize = 340_000

    init(_ weights: Weights, shards: Int, ranks: any Communicator) {
        self.weights = weights
        self.ranks = ranks
        sums = FlatBuffer(count: weights.gradients.count)
        tree = TreeSum(shards: max(shards, 1), count: sums.count)
        buckets = GradientExchange.buckets(of: weights)
    }

    /// Ranges from the end of the gradients (where the way back begins) to their start, cut between parameters.
    static func buckets(of weights: Weights) -> [Range<Int>] {
        var buckets: [Range<Int>] = []
        var end = weights.gradients.count
        for parameter in weights.parameters.reversed()
        where end - parameter.range.lowerBound >= bucketSize || parameter.range.lowerBound == 0 {
            buckets.append(parameter.range.lowerBound..<end)
            end = parameter.range.lowerBound
        }
        return buckets
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
        guard isLast else { return tree.add(gradients, shard: shard) }
        while next < buckets.count { start(shard: shard) }
    }

    /// Sleeps until all sums are there.
    func wait() throws {
        for sum in pending { try sum.wait() }
        pending = []
    }

    private var gradients: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: weights.gradients.pointer, count: weights.gradients.count)
    }

    private func start(shard: Int) {
        let range = buckets[next]
        KernelProfile.measure(.pass("start sums", overValues: range.count, passes: 2, block: "exchange")) {
            tree.add(gradients, in: range, shard: shard)
            pending.append(
                ranks.startSum(
                    UnsafeBufferPointer(rebasing: UnsafeBufferPointer(gradients)[range]),
                    into: UnsafeMutableBufferPointer(start: sums.pointer + range.lowerBound, count: range.count)))
        }
        next += 1
    }

    private func bucket(of parameter: Parameter) -> Int {
        buckets.firstIndex { $0.contains(parameter.range.lowerBound) } ?? 0
    }
}
