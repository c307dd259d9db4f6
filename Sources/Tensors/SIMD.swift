/// Eight floats from memory of any alignment.
@inlinable @inline(__always)
public func load8(_ pointer: UnsafePointer<Float>) -> SIMD8<Float> {
    UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Float>.self)
}

/// Eight floats to memory of any alignment.
@inlinable @inline(__always)
public func store8(_ value: SIMD8<Float>, to pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: SIMD8<Float>.self)
}

/// `eˣ` per lane, relative error below 2e-7; arguments are clamped to ±87.
///
/// The same polynomial on every CPU, so that losses have the same bits wherever they are computed.
/// Source: Cephes `expf` (range reduction by ln 2 in two parts, degree-5 polynomial).
@inlinable @inline(__always)
public func exponential(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let low = x.replacing(with: SIMD8(repeating: -87), where: x .< -87)
    let clamped = low.replacing(with: SIMD8(repeating: 87), where: low .> 87)
    // Adding 1.5 · 2²³ rounds to an integer and leaves it in the low bits.
    let magic = SIMD8<Float>(repeating: 12_582_912)
    let shifted = magic.addingProduct(clamped, SIMD8(repeating: 1.442_695_04))
    let k = shifted - magic
    var r = clamped.addingProduct(k, SIMD8(repeating: -0.693_359_375))
    r = r.addingProduct(k, SIMD8(repeating: 2.121_944_4e-4))
    var p = SIMD8<Float>(repeating: 1.987_569_1e-4)
    p = SIMD8(repeating: 1.398_199_9e-3).addingProduct(p, r)
    p = SIMD8(repeating: 8.333_452e-3).addingProduct(p, r)
    p = SIMD8(repeating: 4.166_579_6e-2).addingProduct(p, r)
    p = SIMD8(repeating: 1.666_666_5e-1).addingProduct(p, r)
    p = SIMD8(repeating: 5.000_000_1e-1).addingProduct(p, r)
    let value = (r + 1).addingProduct(p, r * r)
    let integers = unsafeBitCast(shifted, to: SIMD8<Int32>.self) &- unsafeBitCast(magic, to: SIMD8<Int32>.self)
    let bits = (integers &+ 127) &<< 23
    return value * unsafeBitCast(bits, to: SIMD8<Float>.self)
}

/// `1 / (1 + e⁻ˣ)` per lane.
@inlinable @inline(__always)
public func sigmoid(_ x: SIMD8<Float>) -> SIMD8<Float> { 1 / onePlusExponential(ofMinus: x) }

/// `x · sigmoid(x)` per lane, without the multiplication.
@inlinable @inline(__always)
public func silu(_ x: SIMD8<Float>) -> SIMD8<Float> { x / onePlusExponential(ofMinus: x) }

/// `1 + e⁻ˣ` per lane, relative error below 3e-7; what activations are made of, in two thirds of the steps of `exponential`:
/// the power of two is added to the bits of the exponent, the polynomial is one of `2ᶠ`, |f| ≤ ½ (minimax, degree 5).
@inlinable @inline(__always)
func onePlusExponential(ofMinus x: SIMD8<Float>) -> SIMD8<Float> {
    let low = x.replacing(with: SIMD8(repeating: -87), where: x .< -87)
    let clamped = low.replacing(with: SIMD8(repeating: 87), where: low .> 87)
    // Adding 1.5 · 2²³ rounds to an integer and leaves it in the low bits; log₂ e is in two parts.
    let magic = SIMD8<Float>(repeating: 12_582_912)
    let shifted = magic.addingProduct(clamped, SIMD8(repeating: -1.442_695_0))
    var f = (magic - shifted).addingProduct(clamped, SIMD8(repeating: -1.442_695_0))
    f = f.addingProduct(clamped, SIMD8(repeating: -1.925_963e-8))
    var p = SIMD8<Float>(repeating: 1.326_472_7e-3)
    p = SIMD8(repeating: 9.671_513e-3).addingProduct(p, f)
    p = SIMD8(repeating: 5.550_733_6e-2).addingProduct(p, f)
    p = SIMD8(repeating: 2.402_224_2e-1).addingProduct(p, f)
    p = SIMD8(repeating: 6.931_47e-1).addingProduct(p, f)
    p = SIMD8(repeating: 1).addingProduct(p, f)
    let exponent = unsafeBitCast(shifted, to: SIMD8<Int32>.self) &<< 23
    return 1 + unsafeBitCast(unsafeBitCast(p, to: SIMD8<Int32>.self) &+ exponent, to: SIMD8<Float>.self)
}

/// Calls `body` with the first channel and the width (8, or less at the end) of each vector of a row.
@inline(__always)
func forEachVector(_ channels: Int, _ body: (_ channel: Int, _ width: Int) -> Void) {
    var c = 0
    while c + 8 <= channels {
        body(c, 8)
        c += 8
    }
    if c < channels { body(c, channels - c) }
}

/// Calls `whole` with the first channel of each vector of a row, and `rest` with that of what is left and its width: apart,
/// so that a width of 8 is known where the code is made.
@inline(__always)
func forEachVector(_ channels: Int, whole: (_ channel: Int) -> Void, rest: (_ channel: Int, _ width: Int) -> Void) {
    var c = 0
    while c + 8 <= channels {
        whole(c)
        c += 8
    }
    if c < channels { rest(c, channels - c) }
}

/// The first `width` lanes from memory; the others are 0.
@inline(__always)
func load(_ pointer: UnsafePointer<Float>, _ width: Int) -> SIMD8<Float> {
    if width == 8 { return load8(pointer) }
    var value = SIMD8<Float>()
    for lane in 0..<width { value[lane] = pointer[lane] }
    return value
}

/// `width` lanes of an array from `index` on.
@inline(__always)
func load(_ array: [Float], _ index: Int, _ width: Int) -> SIMD8<Float> {
    array.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return SIMD8() }
        return load(base + index, width)
    }
}

/// The first `width` lanes to memory.
@inline(__always)
func store(_ value: SIMD8<Float>, to pointer: UnsafeMutablePointer<Float>, _ width: Int) {
    if width == 8 { return store8(value, to: pointer) }
    for lane in 0..<width { pointer[lane] = value[lane] }
}
