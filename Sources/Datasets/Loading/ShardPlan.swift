import Tensors

/// How an epoch's images are divided: into steps, and every step into equal shards. Ranks do not appear.
public struct ShardPlan: Equatable, Sendable {
    /// Images of the split.
    public var images: Int
    /// Equal parts of every step.
    public var shards: Int
    /// Images per shard and full step.
    public var batch: Int

    /// A plan of positive numbers.
    public init(images: Int, shards: Int, batch: Int) {
        precondition(images > 0 && shards > 0 && batch > 0, "\(images) images, \(shards) shards of \(batch)")
        self.images = images
        self.shards = shards
        self.batch = batch
    }

    /// Images of a full step.
    public var globalBatch: Int { shards * batch }

    /// Steps of an epoch; the last one may be smaller.
    public var stepsPerEpoch: Int { (images + globalBatch - 1) / globalBatch }

    /// Positions of the epoch's order that a step covers.
    public func positions(step: Int) -> Range<Int> {
        precondition((0..<stepsPerEpoch).contains(step), "step \(step) of \(stepsPerEpoch)")
        return step * globalBatch..<min((step + 1) * globalBatch, images)
    }

    /// Positions that one shard of a step covers; may be empty in the last step.
    public func positions(step: Int, shard: Int) -> Range<Int> {
        precondition((0..<shards).contains(shard), "shard \(shard) of \(shards)")
        let all = positions(step: step)
        return all.lowerBound + shard * all.count / shards..<all.lowerBound + (shard + 1) * all.count / shards
    }
}

/// The order of images in an epoch: a permutation with random access that depends on (seed, epoch) only.
///
/// A Feistel network over the next even power of two, walked until it lands inside. Source: Black and Rogaway,
/// "Ciphers with arbitrary finite domains", 2002.
public struct EpochOrder: Sendable {
    private let count: Int
    private let halfBits: Int
    private let keys: [Int]

    private static let rounds = 8

    /// The order of `count` images.
    public init(count: Int, seed: Int, epoch: Int) {
        precondition(count > 0, "order of no images")
        self.count = count
        var bits = 1
        while 1 << (2 * bits) < count { bits += 1 }
        halfBits = bits
        var stream = RandomStream(seed, epoch, Purpose.order.rawValue)
        keys = (0..<EpochOrder.rounds).map { _ in Int(truncatingIfNeeded: stream.next()) }
    }

    /// The image at a position.
    public subscript(position: Int) -> Int {
        precondition((0..<count).contains(position), "position \(position) of \(count)")
        var value = position
        repeat { value = permute(value) } while value >= count
        return value
    }

    private func permute(_ value: Int) -> Int {
        let mask = 1 << halfBits - 1
        var left = value >> halfBits, right = value & mask
        for key in keys {
            var stream = RandomStream(key, right)
            (left, right) = (right, left ^ (Int(truncatingIfNeeded: stream.next() >> 20) & mask))
        }
        return left << halfBits | right
    }
}

/// What random numbers are for; the last part but one of their key.
enum Purpose: Int {
    case order = 1, mosaic, affine, mixup, color, flip
}
