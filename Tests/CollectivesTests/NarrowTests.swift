import Foundation
import Testing

@testable import Collectives

/// Numbers of 16 bits that gradients are summed in.
@Suite struct NarrowTests {
    private static func roundTrip<Value: NarrowSummand>(
        _ type: Value.Type, _ values: [Float], scale: Float = 1
    ) -> [Float] {
        var packed = [Value](unsafeUninitializedCapacity: values.count) { buffer, count in
            Value.pack(values, into: buffer.baseAddress!, values.count, scale: scale)
            count = values.count
        }
        return unpacked(&packed, scale: 1 / scale)
    }

    private static func unpacked<Value: NarrowSummand>(_ packed: inout [Value], scale: Float = 1) -> [Float] {
        var values = [Float](repeating: 0, count: packed.count)
        Value.unpack(packed, into: &values, packed.count, scale: scale)
        return values
    }

    private static func packed<Value: NarrowSummand>(_ type: Value.Type, _ values: [Float]) -> [Value] {
        [Value](unsafeUninitializedCapacity: values.count) { buffer, count in
            Value.pack(values, into: buffer.baseAddress!, values.count, scale: 1)
            count = values.count
        }
    }

    private static func bits<Value: NarrowSummand>(_ values: [Value]) -> [UInt16] {
        values.map { unsafeBitCast($0, to: UInt16.self) }
    }

    /// Nearest value of so many bits of precision, ties to even, in arithmetic of Double.
    private static func nearest(_ value: Float, bits: Int, smallest: Int) -> Float {
        if value == 0 { return value }
        let exponent = max(Int(floor(log2(abs(Double(value))))), smallest)
        let unit = pow(2, Double(exponent - bits + 1))
        return Float((Double(value) / unit).rounded(.toNearestOrEven) * unit)
    }

    private static let samples: [Float] = {
        var samples: [Float] = [0, -0.0, 1, 6e-8, 3e-8, 2.9e-8, 65_504, 65_519]
        // Ties of both.
        samples += [1 + Float(1) / 256, 1 + Float(3) / 256, 1 + Float(1) / 2048, 1 + Float(3) / 2048]
        for i in 0..<20_000 { samples.append(Float(sin(Double(i) * 1.7) * pow(2, Double(i % 30 - 18)))) }
        return samples
    }()

    @Test func brainFloatsAreTheNearest() {
        let rounded = Self.roundTrip(BrainFloat.self, Self.samples)
        #expect(rounded == Self.samples.map { Self.nearest($0, bits: 8, smallest: -126) })
        let large = Self.nearest(3e38, bits: 8, smallest: -126)
        #expect(Self.roundTrip(BrainFloat.self, [3e38, -.infinity]) == [large, -.infinity])
    }

    @Test func halfFloatsAreTheNearestAndInfiniteBeyondTheirRange() {
        let rounded = Self.roundTrip(HalfFloat.self, Self.samples)
        #expect(rounded == Self.samples.map { Self.nearest($0, bits: 11, smallest: -14) })
        #expect(
            Self.roundTrip(HalfFloat.self, [65_520, -1e9, 70_000], scale: 1) == [.infinity, -.infinity, .infinity])
        #expect(Self.roundTrip(HalfFloat.self, [70_000], scale: 0.5) == [70_016])
    }

    @Test func everyNaNIsTheSameOne() {
        let strange: [Float] = [.nan, -.nan, Float(nan: 77, signaling: false), .infinity - .infinity]
        for (packed, bits) in [
            (Self.bits(Self.packed(BrainFloat.self, strange)), UInt16(0x7FC0)),
            (Self.bits(Self.packed(HalfFloat.self, strange)), UInt16(0x7E00)),
        ] {
            #expect(packed.allSatisfy { $0 == bits })
        }
    }

    @Test func sumsAreRoundedAndCommute() {
        func check<Value: NarrowSummand>(_ type: Value.Type, bits: Int, smallest: Int) {
            let left = Self.samples.filter { abs($0) < 30_000 }
            let right = Array(left.reversed())
            var (a, b) = (Self.packed(type, left), Self.packed(type, right))
            let (exactA, exactB) = (Self.unpacked(&a), Self.unpacked(&b))
            var (ab, ba) = (b, a)
            Value.add(a, to: &ab, a.count)
            Value.add(b, to: &ba, b.count)
            #expect(Self.bits(ab) == Self.bits(ba))
            let expected = zip(exactA, exactB).map { Self.nearest($0 + $1, bits: bits, smallest: smallest) }
            #expect(Self.unpacked(&ab) == expected)
        }
        check(BrainFloat.self, bits: 8, smallest: -126)
        check(HalfFloat.self, bits: 11, smallest: -14)
    }

    @Test(arguments: [1, 2, 4, 8]) func shardsGiveEqualBitsAtAnyNumberOfRanks(size: Int) throws {
        let count = 5003
        func sums(on size: Int) throws -> [[UInt16]] {
            try LocalRanks.run(size) { ranks in
                let own = 8 / size
                let tree = TreeSum<BrainFloat>(shards: own, count: count)
                var values: [BrainFloat] = []
                for shard in 0..<own {
                    let key = ranks.rank * own + shard
                    let wide = (0..<count).map { i -> Float in
                        Float(cos(Double(key * 7919 + i)) * Double(1 << (i % 24)))
                    }
                    values = Self.packed(BrainFloat.self, wide)
                    values.withUnsafeMutableBufferPointer { tree.add($0, shard: shard) }
                }
                var result = values
                try values.withUnsafeBufferPointer { source in
                    try result.withUnsafeMutableBufferPointer { try ranks.startSum(source, into: $0).wait() }
                }
                return Self.bits(result)
            }
        }
        let alone = try sums(on: 1)[0]
        #expect(try sums(on: size).allSatisfy { $0 == alone })
    }
}
