/// A minimal filtering algorithm along a line, over eight channels, as far as the way back from the products is concerned.
protocol MinimalFilter {
    /// Products of a line.
    static var size: Int { get }
    /// Results of a line.
    static var side: Int { get }
    /// `Aᵀ · m`: results from the products at `source`, `stride` floats apart; `put(place, result)` takes them.
    static func results(_ source: UnsafePointer<Float>, _ stride: Int, _ put: (Int, SIMD8<Float>) -> Void)
}

/// Winograd's minimal filtering F(m×m, 3×3) over eight channels: a tile of `size` × `size` input values and a kernel of 3 × 3
/// give m × m results (m is `side`) with one multiplication per value of the tile, instead of nine per result.
///
/// A polynomial of degree m + 1 is known by its values at m + 2 points, so that the product of two is one multiplication per
/// point; a convolution is that, read the other way round. Each transform is a small matrix on both sides; here are the
/// matrices, a line at a time: `d(place)` are the values of the line, `put(place, value)` takes the line that it becomes.
/// Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015.
protocol WinogradFilter: MinimalFilter {
    /// `Bᵀ · d`, from `size` values to `size`.
    static func input(_ d: (Int) -> SIMD8<Float>, _ put: (Int, SIMD8<Float>) -> Void)
    /// `G · g`, from three weights to `size`.
    static func weights(_ g: (Int) -> SIMD8<Float>, _ put: (Int, SIMD8<Float>) -> Void)
    /// `A · y`, from `side` gradients to `size`.
    static func outputGradient(_ y: (Int) -> SIMD8<Float>, _ put: (Int, SIMD8<Float>) -> Void)
    /// `Gᵀ · u`, from `size` sums to three gradients.
    static func weightGradient(_ u: (Int) -> SIMD8<Float>, _ put: (Int, SIMD8<Float>) -> Void)
}

extension WinogradFilter {
    /// Planes in which tiles are multiplied.
    static var planes: Int { size * size }
}

extension SIMD8<Float> {
    /// `self + factor · value`
    @inline(__always)
    func addingProduct(_ factor: Float, _ value: SIMD8<Float>) -> SIMD8<Float> {
        addingProduct(SIMD8(repeating: factor), value)
    }
}
