/// `ln(1 + u)` per lane for `u` in 0…1, relative error below 3e-7 also for tiny `u`.
///
/// `2 · artanh(u / (2 + u))` as a series: its argument is at most ⅓.
@inlinable @inline(__always)
public func logarithmOfOnePlus(_ u: SIMD8<Float>) -> SIMD8<Float> {
    let s = u / (u + 2)
    let square = s * s
    var series = SIMD8<Float>(repeating: 1.0 / 17)
    for odd in stride(from: Float(15), through: 3, by: -2) {
        series = SIMD8(repeating: 1 / odd).addingProduct(series, square)
    }
    return (s + s).addingProduct((s + s) * square, series)
}

/// `ln(1 + eˣ)` and `1 / (1 + e⁻ˣ)` per lane, from one exponential.
@inlinable @inline(__always)
public func softPlusAndSigmoid(_ x: SIMD8<Float>) -> (softPlus: SIMD8<Float>, sigmoid: SIMD8<Float>) {
    let negative = x .< 0
    let magnitude = x.replacing(with: -x, where: negative)
    let u = exponential(-magnitude)
    let softPlus = x.replacing(with: 0, where: negative) + logarithmOfOnePlus(u)
    let numerator = SIMD8<Float>(repeating: 1).replacing(with: u, where: negative)
    return (softPlus, numerator / (u + 1))
}
