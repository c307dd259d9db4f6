/// A change of 8-bit values: a line, rounded down, limited or going round.
///
/// The reference's table decides. Where the line gives the same numbers in single precision, as it nearly always does,
/// eight values are computed at once instead of looked up.
struct ToneCurve {
    /// New value of every old one.
    let table: [Float]
    /// Nil where the line gives other numbers somewhere.
    let line: Line?

    /// The line alone.
    struct Line {
        let slope: Float
        let offset: Float
        /// Where values begin again at 0.
        let period: Float
        /// Less by this, the nearest integer is the one below; integers stay.
        private static let almostHalf: Float = 0.5 - 0x1p-15

        /// Eight new values, limited to 255.
        @inline(__always)
        func limited(_ x: SIMD8<Float>) -> SIMD8<Float> {
            let value = nearest(SIMD8(repeating: -Line.almostHalf).addingProduct(x, SIMD8(repeating: slope)))
            return smaller(value, SIMD8(repeating: 255))
        }

        /// Eight new values, going round.
        @inline(__always)
        func turned(_ x: SIMD8<Float>) -> SIMD8<Float> {
            let start = SIMD8<Float>(repeating: offset - Line.almostHalf)
            let moved = nearest(start.addingProduct(x, SIMD8(repeating: slope)))
            let up = moved.replacing(with: moved + period, where: moved .< 0)
            return up.replacing(with: up - period, where: up .>= period)
        }
    }

    /// A share of every value, at most 255.
    init(scaledBy factor: Double) {
        self.init(slope: factor, offset: 0, period: nil) { min(max($0 * factor, 0), 255).rounded(.down) }
    }

    /// Moved, or scaled, around a circle of `period` values.
    init(slope: Double, offset: Double, period: Double) {
        self.init(slope: slope, offset: offset.rounded(.down), period: period) { x in
            let moved = x * slope + offset
            let turned = moved - period * (moved / period).rounded(.down)
            // Rounding can lift a tiny negative value to the full turn.
            return turned >= period ? 0 : turned.rounded(.down)
        }
    }

    private init(slope: Double, offset: Double, period: Double?, _ exact: (Double) -> Double) {
        let table = (0..<256).map { Float(exact(Double($0))) }
        let line = Line(slope: Float(slope), offset: Float(offset), period: Float(period ?? 0))
        let places = SIMD8<Float>(0, 1, 2, 3, 4, 5, 6, 7)
        let isExact = stride(from: 0, to: period.map { Int($0) } ?? 256, by: 8).allSatisfy { start in
            // Beyond the last hue stands what would be there if it went on.
            let x = places + Float(start)
            let values = period == nil ? line.limited(x) : line.turned(x)
            return (0..<8).allSatisfy { values[$0] == table[start + $0] }
        }
        self.table = table
        self.line = isExact ? line : nil
    }

    /// The new value of an 8-bit value.
    subscript(value: Float) -> Float { table[Int(value)] }
}
