/// Adds what a rank's shards contribute as a balanced binary tree, which the sum over ranks continues.
///
/// Shards arrive one after the other. Shard 1 is added to shard 0, shard 3 to shard 2, then the two pairs, and so on:
/// the order that a sum over as many consecutive ranks has. So a power of two of shards gives the same bits on 1, 2, 4 …
/// ranks. At most log2(shards) buffers are kept.
public final class TreeSum<Value: Summand> {
    /// Shards that this rank carries.
    public let shards: Int
    /// Values that each shard contributes.
    public let count: Int
    private var kept: [UnsafeMutableBufferPointer<Value>] = []

    /// A sum over `shards` ≥ 1 buffers of `count` values.
    public init(shards: Int, count: Int) {
        precondition(shards >= 1 && count >= 0, "\(shards) shards of \(count) values")
        self.shards = shards
        self.count = count
        // Level k holds the sum of 2^k shards until its sibling is there.
        while 1 << kept.count < shards { kept.append(.allocate(capacity: count)) }
    }

    deinit {
        for buffer in kept { buffer.deallocate() }
    }

    /// Values of the buffers that wait for their siblings.
    public var keptCount: Int { kept.count * count }

    /// Adds the values in `range` of shard `shard` (counted from this rank's first).
    ///
    /// Shards come in order for every value; ranges of one shard may come in any order, on any threads, each value once.
    /// For the last shard `values[range]` is the sum over all shards afterwards; for the others it is used up.
    public func add(_ values: UnsafeMutableBufferPointer<Value>, in range: Range<Int>, shard: Int) {
        precondition(values.count == count && (0..<shards).contains(shard), "shard \(shard) of \(shards)")
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count) values")
        guard let base = values.baseAddress, !range.isEmpty else { return }
        let sum = base + range.lowerBound
        var level = 0
        while shard >> level & 1 == 1 {
            Value.add(kept[level].baseAddress! + range.lowerBound, to: sum, range.count)
            level += 1
        }
        if shard < shards - 1 {
            (kept[level].baseAddress! + range.lowerBound).update(from: sum, count: range.count)
            return
        }
        // A number of shards that is no power of two leaves larger parts, which came earlier.
        for rest in level..<max(kept.count, level) where shard >> rest & 1 == 1 {
            Value.add(kept[rest].baseAddress! + range.lowerBound, to: sum, range.count)
        }
    }

    /// Adds all values of shard `shard`.
    public func add(_ values: UnsafeMutableBufferPointer<Value>, shard: Int) {
        add(values, in: 0..<count, shard: shard)
    }
}

extension TreeSum where Value == Float {
    /// The sum of equally long arrays in the same order; empty when there are none.
    public static func sum(_ parts: [[Double]]) -> [Double] {
        var parts = parts
        while parts.count > 1 {
            parts = stride(from: 0, to: parts.count, by: 2).map { i in
                i + 1 < parts.count ? zip(parts[i], parts[i + 1]).map { $0 + $1 } : parts[i]
            }
        }
        return parts.first ?? []
    }
}
