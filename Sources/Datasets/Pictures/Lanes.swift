/// Adding 1.5 · 2²³ to a float of moderate size rounds it to the nearest integer, and leaves that in the low bits.
///
/// The library's own rounding and checked conversions are done lane by lane.
private let magic: Float = 12_582_912

/// The nearest integers, ties to even.
@inline(__always)
func nearestIntegers(_ x: SIMD8<Float>) -> SIMD8<Int32> {
    unsafeBitCast(x + magic, to: SIMD8<Int32>.self) &- Int32(bitPattern: magic.bitPattern)
}

/// The low bytes of the nearest integers, ties to even.
@inline(__always)
func nearestBytes(_ x: SIMD4<Float>) -> SIMD4<UInt8> {
    SIMD4<UInt8>(truncatingIfNeeded: unsafeBitCast(x + magic, to: SIMD4<Int32>.self))
}

/// The nearest whole numbers, ties to even.
@inline(__always)
func nearest(_ x: SIMD8<Float>) -> SIMD8<Float> { (x + magic) - magic }

/// The whole numbers at or below.
@inline(__always)
func floored(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let near = nearest(x)
    return near - SIMD8<Float>().replacing(with: 1, where: near .> x)
}

/// The smaller value per lane.
@inline(__always)
func smaller(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> { a.replacing(with: b, where: b .< a) }

/// The larger value per lane.
@inline(__always)
func larger(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> { a.replacing(with: b, where: b .> a) }
