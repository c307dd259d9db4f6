/// Agreement of two boxes (x1, y1, x2, y2) in overlap, position and shape; 1 when they are equal, never above.
///
/// Source: Zheng et al., "Distance-IoU loss", AAAI 2020.
public struct CompleteIoU: Equatable, Sendable {
    /// Keeps quotients finite.
    static let epsilon: Float = 1e-7
    /// 4 / π².
    static let shapeFactor: Float = 0.405_284_73

    /// The agreement.
    public let value: Float
    /// Derivative of `value` by the first box; the weight of the shape term counts as a constant.
    public let gradient: SIMD4<Float>

    /// Compares two boxes.
    public init(_ first: SIMD4<Float>, _ second: SIMD4<Float>) {
        let overlap = Overlap(first, second)
        let distance = Distance(first, second)
        let aspect = Aspect(first, second, iou: overlap.iou)
        value = overlap.iou - (distance.squared / distance.diagonal + aspect.mismatch * aspect.weight)
        let normalised = distance.squared / distance.diagonal
        gradient =
            overlap.gradient
            - (distance.squaredGradient - normalised * distance.diagonalGradient) / distance.diagonal
            - aspect.weight * aspect.gradient
    }
}

/// How much `min(a, b)` moves with `a`: equal arguments share.
@inline(__always)
private func shareOfMinimum(_ a: Float, _ b: Float) -> Float { a < b ? 1 : (a == b ? 0.5 : 0) }

/// Intersection over union.
private struct Overlap {
    let iou: Float
    let gradient: SIMD4<Float>

    init(_ a: SIMD4<Float>, _ b: SIMD4<Float>) {
        let across = min(a.z, b.z) - max(a.x, b.x)
        let down = min(a.w, b.w) - max(a.y, b.y)
        let width = across < 0 ? 0 : across
        let height = down < 0 ? 0 : down
        let w = a.z - a.x
        let h = a.w - a.y + CompleteIoU.epsilon
        let intersection = width * height
        let union = w * h + (b.z - b.x) * (b.w - b.y + CompleteIoU.epsilon) - intersection + CompleteIoU.epsilon
        iou = intersection / union
        // Where boxes just touch, the derivative of the overlapping side counts.
        let openAcross: Float = across >= 0 ? height : 0
        let openDown: Float = down >= 0 ? width : 0
        let growth = SIMD4(
            -openAcross * shareOfMinimum(b.x, a.x), -openDown * shareOfMinimum(b.y, a.y),
            openAcross * shareOfMinimum(a.z, b.z), openDown * shareOfMinimum(a.w, b.w))
        gradient = (growth - iou * (SIMD4(-h, -w, h, w) - growth)) / union
    }
}

/// Squared distance of the centres, and squared diagonal of the box that encloses both.
private struct Distance {
    let squared: Float
    let squaredGradient: SIMD4<Float>
    let diagonal: Float
    let diagonalGradient: SIMD4<Float>

    init(_ a: SIMD4<Float>, _ b: SIMD4<Float>) {
        let x = b.x + b.z - a.x - a.z
        let y = b.y + b.w - a.y - a.w
        squared = (x * x + y * y) / 4
        squaredGradient = SIMD4(x, y, x, y) / -2
        let width = max(a.z, b.z) - min(a.x, b.x)
        let height = max(a.w, b.w) - min(a.y, b.y)
        diagonal = width * width + height * height + CompleteIoU.epsilon
        diagonalGradient =
            2
            * SIMD4(
                -width * shareOfMinimum(a.x, b.x), -height * shareOfMinimum(a.y, b.y),
                width * shareOfMinimum(b.z, a.z), height * shareOfMinimum(b.w, a.w))
    }
}

/// Difference of the aspect ratios.
private struct Aspect {
    let mismatch: Float
    let weight: Float
    let gradient: SIMD4<Float>

    init(_ a: SIMD4<Float>, _ b: SIMD4<Float>, iou: Float) {
        let w = a.z - a.x
        let h = a.w - a.y + CompleteIoU.epsilon
        let angle = arctangent((b.z - b.x) / (b.w - b.y + CompleteIoU.epsilon)) - arctangent(w / h)
        mismatch = CompleteIoU.shapeFactor * angle * angle
        weight = mismatch / (1 - iou + mismatch + CompleteIoU.epsilon)
        let slope = 2 * CompleteIoU.shapeFactor * angle / (w * w + h * h)
        gradient = slope * SIMD4(h, -w, -h, w)
    }
}
