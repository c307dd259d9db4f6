import Tensors

/// How a detector says how far a side of a box is from its anchor: a distribution over whole distances, in strides.
///
/// Source: Li et al., "Generalized focal loss", NeurIPS 2020.
enum SideDistances {
    /// Distances that have a logit, 0…15.
    static let bins = 16
    @inline(__always) static var low: SIMD8<Float> { SIMD8(0, 1, 2, 3, 4, 5, 6, 7) }
    @inline(__always) static var high: SIMD8<Float> { SIMD8(8, 9, 10, 11, 12, 13, 14, 15) }

    /// Mean of the distribution that 16 logits stand for.
    @inline(__always)
    static func mean(_ logits: UnsafePointer<Float>) -> Float {
        let a = load8(logits)
        let b = load8(logits + 8)
        let peak = largest(a, b)
        let p = exponential(a - peak)
        let q = exponential(b - peak)
        return (p * low + q * high).sum() / (p + q).sum()
    }

    /// Means for left, top, right and bottom.
    @inline(__always)
    static func means(_ logits: UnsafePointer<Float>) -> SIMD4<Float> {
        SIMD4(mean(logits), mean(logits + bins), mean(logits + 2 * bins), mean(logits + 3 * bins))
    }

    /// The probabilities that 16 logits stand for, their mean, and the logarithm of the sum of exponentials.
    @inline(__always)
    static func distribution(
        _ logits: UnsafePointer<Float>
    ) -> (low: SIMD8<Float>, high: SIMD8<Float>, mean: Float, logSum: Float) {
        let a = load8(logits)
        let b = load8(logits + 8)
        let peak = largest(a, b)
        let p = exponential(a - peak)
        let q = exponential(b - peak)
        let sum = (p + q).sum()
        return (p / sum, q / sum, (p * low + q * high).sum() / sum, peak + logarithm(sum))
    }

    @inline(__always)
    private static func largest(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> Float {
        let eight = a.replacing(with: b, where: b .> a)
        let four = eight.lowHalf.replacing(with: eight.highHalf, where: eight.highHalf .> eight.lowHalf)
        let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .> four.lowHalf)
        return two.y > two.x ? two.y : two.x
    }
}

/// A box around an anchor point, from its distances to the sides: x1, y1, x2, y2.
@inline(__always)
func box(around point: SIMD2<Float>, distances: SIMD4<Float>) -> SIMD4<Float> {
    SIMD4(point.x - distances.x, point.y - distances.y, point.x + distances.z, point.y + distances.w)
}
