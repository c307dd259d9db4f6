import Collectives
import Layers

/// A part of the flat gradients on its way to its sum over shards and ranks, in one kind of number.
protocol SumLane: AnyObject {
    /// Bytes of what waits for other shards or ranks.
    var byteCount: Int { get }
    /// Takes in a shard that is not the rank's last one.
    func add(shard: Int)
    /// Takes the values in `range` of the rank's last shard in, and sets their sum over ranks on its way.
    func start(_ range: Range<Int>, shard: Int) -> any PendingSum
    /// Brings the sum of `range`, which is complete, to its place.
    func finish(_ range: Range<Int>)
    /// Whether this rank's own part of the sum is finite in `range`.
    func isFinite(_ range: Range<Int>) -> Bool
}

/// Floats, summed where they are.
final class FloatLane: SumLane {
    private let place: Range<Int>
    private let gradients: FlatBuffer
    private let sums: FlatBuffer
    private let ranks: any Communicator
    private let tree: TreeSum<Float>

    /// Sums the values at `place` of `gradients` into the same place of `sums`.
    init(_ place: Range<Int>, of gradients: FlatBuffer, into sums: FlatBuffer, shards: Int, ranks: any Communicator) {
        self.place = place
        self.gradients = gradients
        self.sums = sums
        self.ranks = ranks
        tree = TreeSum(shards: shards, count: place.count)
    }

    private var own: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: gradients.pointer + place.lowerBound, count: place.count)
    }

    var byteCount: Int { tree.keptCount * MemoryLayout<Float>.stride }

    func add(shard: Int) { tree.add(own, shard: shard) }

    func start(_ range: Range<Int>, shard: Int) -> any PendingSum {
        tree.add(own, in: range.shifted(by: -place.lowerBound), shard: shard)
        return ranks.startSum(
            UnsafeBufferPointer(start: gradients.pointer + range.lowerBound, count: range.count),
            into: UnsafeMutableBufferPointer(start: sums.pointer + range.lowerBound, count: range.count))
    }

    func finish(_ range: Range<Int>) {}

    func isFinite(_ range: Range<Int>) -> Bool { range.allSatisfy { gradients.pointer[$0].isFinite } }
}

/// Numbers of 16 bits: half the memory traffic of a sum on a rank, and half the bytes between ranks.
///
/// A shard's gradient is rounded when it enters, and every sum of two when it is taken, inside a rank as between ranks: so
/// the bits of a sum depend on the shards only, as they do with floats.
final class NarrowLane<Value: NarrowSummand>: SumLane {
    /// What values are multiplied by on their way, a power of two; changed between steps only.
    var scale: Float = 1
    private let place: Range<Int>
    private let gradients: FlatBuffer
    private let sums: FlatBuffer
    private let ranks: any Communicator
    private let tree: TreeSum<Value>
    private let own: UnsafeMutableBufferPointer<Value>
    private let summed: UnsafeMutableBufferPointer<Value>

    /// Sums the values at `place` of `gradients` into the same place of `sums`.
    init(_ place: Range<Int>, of gradients: FlatBuffer, into sums: FlatBuffer, shards: Int, ranks: any Communicator) {
        self.place = place
        self.gradients = gradients
        self.sums = sums
        self.ranks = ranks
        tree = TreeSum(shards: shards, count: place.count)
        own = .allocate(capacity: place.count)
        summed = .allocate(capacity: place.count)
    }

    deinit {
        own.deallocate()
        summed.deallocate()
    }

    var byteCount: Int { (tree.keptCount + own.count + summed.count) * MemoryLayout<Value>.stride }

    func add(shard: Int) {
        pack(place)
        tree.add(own, shard: shard)
    }

    func start(_ range: Range<Int>, shard: Int) -> any PendingSum {
        pack(range)
        let part = range.shifted(by: -place.lowerBound)
        tree.add(own, in: part, shard: shard)
        return ranks.startSum(
            UnsafeBufferPointer(rebasing: UnsafeBufferPointer(own)[part]),
            into: UnsafeMutableBufferPointer(rebasing: summed[part]))
    }

    func finish(_ range: Range<Int>) {
        guard let from = summed.baseAddress, !range.isEmpty else { return }
        Value.unpack(
            from + range.lowerBound - place.lowerBound, into: sums.pointer + range.lowerBound, range.count,
            scale: 1 / scale)
    }

    func isFinite(_ range: Range<Int>) -> Bool {
        guard let from = own.baseAddress, !range.isEmpty else { return true }
        var values = [Float](repeating: 0, count: range.count)
        Value.unpack(from + range.lowerBound - place.lowerBound, into: &values, range.count, scale: 1)
        return values.allSatisfy(\.isFinite)
    }

    private func pack(_ range: Range<Int>) {
        guard let to = own.baseAddress, !range.isEmpty else { return }
        Value.pack(
            gradients.pointer + range.lowerBound, into: to + range.lowerBound - place.lowerBound, range.count,
            scale: scale)
    }
}

extension Range<Int> {
    fileprivate func shifted(by offset: Int) -> Range { lowerBound + offset..<upperBound + offset }
}
