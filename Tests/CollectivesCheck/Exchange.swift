import CHost
import Collectives
import Diagnostics
import Foundation

/// Operations that must go well.
struct Exchange {
    private let ranks: any Communicator

    init(_ ranks: any Communicator) { self.ranks = ranks }

    /// Sums buckets of several sizes over `shards` shards and prints a digest of the bits, which is to be the same for any
    /// number of ranks.
    func bits<Value: Summand>(shards: Int, of type: Value.Type, _ pack: (Float) -> Value) throws {
        let sizes = [1, 3, 1000, 16_384, 50_001, 300_000, 7]
        let total = sizes.reduce(0, +)
        let own = shards / ranks.size
        let tree = TreeSum<Value>(shards: own, count: total)
        let values = UnsafeMutableBufferPointer<Value>.allocate(capacity: total)
        let sums = UnsafeMutableBufferPointer<Value>.allocate(capacity: total)
        defer {
            values.deallocate()
            sums.deallocate()
        }
        var pending: [any PendingSum] = []
        for shard in 0..<own {
            for i in 0..<total { values[i] = pack(Self.value(ranks.rank * own + shard, i)) }
            var start = 0
            for size in sizes {
                let range = start..<start + size
                tree.add(values, in: range, shard: shard)
                if shard == own - 1 {
                    pending.append(
                        ranks.startSum(
                            UnsafeBufferPointer(rebasing: values[range]),
                            into: UnsafeMutableBufferPointer(rebasing: sums[range])))
                }
                start += size
            }
        }
        // In another order than they were started.
        for sum in pending.reversed() { try sum.wait() }
        for sum in pending { try sum.wait() }
        let digest = Self.digest(UnsafeRawBufferPointer(sums))
        let all = try ranks.gather(Array("\(digest)".utf8))
        if let all {
            try Self.expect(Set(all).count == 1, "ranks hold different sums")
            say("digest \(digest)")
        }
    }

    /// Every operation against what it must give.
    func everything() throws {
        let (rank, size) = (ranks.rank, ranks.size)
        for round in 0..<20 {
            var numbers = [Double(rank + round), 1, -Double(rank)]
            try ranks.sum(&numbers)
            let triangle = Double(size * (size - 1) / 2)
            try Self.expect(numbers == [triangle + Double(size * round), Double(size), -triangle], "sum \(numbers)")
            var largest = [Double(rank * (round - 10)), rank == size - 1 ? .nan : 0]
            try ranks.maximum(&largest)
            try Self.expect(largest == [Double(max(0, (size - 1) * (round - 10))), .infinity], "maximum \(largest)")
        }
        for length in [0, 1, 5_000_000] {
            let sent = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            try Self.expect(try ranks.broadcast(rank == 0 ? sent : [1, 2]) == sent, "broadcast of \(length)")
        }
        // Rank 0 sends nothing, the last one several rounds of pieces.
        let length = rank == 0 ? 0 : rank == size - 1 ? 40_000_001 : rank * 1000
        let all = try ranks.gather([UInt8](repeating: UInt8(rank), count: length))
        try Self.expect((all == nil) == (rank != 0), "gather on rank \(rank)")
        for (other, bytes) in (all ?? []).enumerated() {
            let expected = other == 0 ? 0 : other == size - 1 ? 40_000_001 : other * 1000
            try Self.expect(bytes.count == expected && bytes.allSatisfy { $0 == UInt8(other) }, "gather from \(other)")
        }
        if rank == 0 { say("all well") }
    }

    /// Prints the seconds that many control sums take.
    func cost(sums: Int) throws {
        var vector = [Double](repeating: 1, count: 16)
        let start = chost_seconds()
        for step in 0..<sums {
            ranks.report(phase: "cost", step: step)
            try ranks.sum(&vector)
            vector = vector.map { _ in 1 }
        }
        let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: 6_400_000)
        defer { buffer.deallocate() }
        buffer.initialize(repeating: 1)
        let half = UnsafeBufferPointer(rebasing: buffer[..<3_200_000])
        let middle = chost_seconds()
        for _ in 0..<20 {
            try ranks.startSum(half, into: UnsafeMutableBufferPointer(rebasing: buffer[3_200_000...])).wait()
        }
        let end = chost_seconds()
        if ranks.rank == 0 {
            say("control \((middle - start) / Double(sums) * 1e6) us, 12.8 MB \((end - middle) / 20 * 1e3) ms")
        }
    }

    /// Values of mixed size and sign, whose sum depends on the order.
    private static func value(_ shard: Int, _ index: Int) -> Float {
        var bits = UInt32(truncatingIfNeeded: (shard &+ 1) &* 0x2545_F491 &+ index &* 0x9E37_79B1)
        bits ^= bits >> 16
        bits &*= 0x7FEB_352D
        bits ^= bits >> 15
        return (Float(bits >> 8) - 8_388_608) / Float(1 << (bits & 31))
    }

    private static func digest(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// `bits` in the numbers that `format` names.
    func bits(shards: Int, format: String?) throws {
        switch SumFormat(rawValue: format ?? "float32") {
        case .float32: try bits(shards: shards, of: Float.self) { $0 }
        case .bfloat16: try bits(shards: shards, of: BrainFloat.self) { Self.packed($0, 1) }
        // Scaled into its range.
        case .float16: try bits(shards: shards, of: HalfFloat.self) { Self.packed($0, 1.0 / 4096) }
        case nil: throw Problem("unknown format", exit: .commandLine)
        }
    }

    private static func packed<Value: NarrowSummand>(_ value: Float, _ scale: Float) -> Value {
        withUnsafeTemporaryAllocation(of: Value.self, capacity: 1) { room in
            Value.pack([value], into: room.baseAddress!, 1, scale: scale)
            return room[0]
        }
    }

    private static func expect(_ condition: Bool, _ message: String) throws {
        if !condition { throw Problem("wrong \(message)", exit: .internalError) }
    }
}
