import CMPI

/// A kind of number that ranks add, in memory as on the wire.
///
/// The sum of two is the same function wherever it is taken: between the shards of a rank, between in-process ranks, and
/// inside MPI. It commutes bit for bit. So the bits of a sum over shards do not tell which rank carried which.
public protocol Summand: BitwiseCopyable, Sendable {
    /// Its name where ranks agree on an operation.
    static var format: SumFormat { get }
    /// `sum[i] = earlier[i] + sum[i]`.
    static func add(_ earlier: UnsafePointer<Self>, to sum: UnsafeMutablePointer<Self>, _ count: Int)
}

/// How the numbers of a sum are written.
public enum SumFormat: String, Sendable, CaseIterable {
    /// IEEE 754 binary32.
    case float32
    /// The upper half of a binary32: its range, 8 bits of precision.
    case bfloat16
    /// IEEE 754 binary16: 11 bits of precision, infinite from 65520 on.
    case float16

    /// Its number in the C shim.
    var code: Int32 {
        switch self {
        case .float32: Int32(CMPI_FLOAT32_SUM)
        case .bfloat16: Int32(CMPI_BFLOAT16_SUM)
        case .float16: Int32(CMPI_FLOAT16_SUM)
        }
    }

    /// Bytes per value.
    public var bytes: Int { self == .float32 ? 4 : 2 }
}

extension Float: Summand {
    /// Binary32.
    public static var format: SumFormat { .float32 }

    /// Rounded as every sum of floats.
    public static func add(_ earlier: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>, _ count: Int) {
        for i in 0..<count { sum[i] = earlier[i] + sum[i] }
    }
}

/// A number in 16 bits that floats are rounded to.
public protocol NarrowSummand: Summand {
    /// Rounds to nearest, ties to even, after multiplying by `scale`.
    static func pack(
        _ values: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Self>, _ count: Int, scale: Float)
    /// The values times `scale`.
    static func unpack(
        _ packed: UnsafePointer<Self>, into values: UnsafeMutablePointer<Float>, _ count: Int, scale: Float)
}

/// A bfloat16.
public struct BrainFloat: NarrowSummand {
    private var bits: UInt16

    /// Bfloat16.
    public static var format: SumFormat { .bfloat16 }

    /// The sum in binary32, rounded.
    public static func add(_ earlier: UnsafePointer<Self>, to sum: UnsafeMutablePointer<Self>, _ count: Int) {
        cnarrow_add_bfloat16(raw(earlier), raw(sum), count)
    }

    /// It has the range of a float: nothing to scale.
    public static func pack(
        _ values: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Self>, _ count: Int, scale: Float
    ) {
        precondition(scale == 1, "bfloat16 scaled by \(scale)")
        cnarrow_pack_bfloat16(values, raw(packed), count)
    }

    /// It has the range of a float: nothing to scale.
    public static func unpack(
        _ packed: UnsafePointer<Self>, into values: UnsafeMutablePointer<Float>, _ count: Int, scale: Float
    ) {
        precondition(scale == 1, "bfloat16 scaled by \(scale)")
        cnarrow_unpack_bfloat16(raw(packed), values, count)
    }
}

/// A binary16.
public struct HalfFloat: NarrowSummand {
    private var bits: UInt16

    /// Binary16.
    public static var format: SumFormat { .float16 }

    /// The sum in binary32, rounded.
    public static func add(_ earlier: UnsafePointer<Self>, to sum: UnsafeMutablePointer<Self>, _ count: Int) {
        cnarrow_add_float16(raw(earlier), raw(sum), count)
    }

    /// Infinite where the scaled value is too large.
    public static func pack(
        _ values: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Self>, _ count: Int, scale: Float
    ) {
        cnarrow_pack_float16(values, raw(packed), count, scale)
    }

    /// The values times `scale`.
    public static func unpack(
        _ packed: UnsafePointer<Self>, into values: UnsafeMutablePointer<Float>, _ count: Int, scale: Float
    ) {
        cnarrow_unpack_float16(raw(packed), values, count, scale)
    }
}

// Both types are 16 bits and nothing else.
private func raw<Narrow: NarrowSummand>(_ pointer: UnsafePointer<Narrow>) -> UnsafePointer<UInt16> {
    UnsafeRawPointer(pointer).assumingMemoryBound(to: UInt16.self)
}

private func raw<Narrow: NarrowSummand>(_ pointer: UnsafeMutablePointer<Narrow>) -> UnsafeMutablePointer<UInt16> {
    UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: UInt16.self)
}
