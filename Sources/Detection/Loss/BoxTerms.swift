import Models
import Tensors

/// The two terms that teach boxes, of one image: overlap of the decoded box with the object's, and cross-entropy of
/// the side distances' distributions with the object's distances.
struct BoxTerms {
    /// The largest distance that lies between two bins.
    private static let largestDistance = Float(SideDistances.bins - 1) - 0.01

    private let boxes: Tensor
    private let gradient: Tensor?
    private let grid: AnchorGrid

    init(_ predictions: Predictions, image: Int, gradient: Tensor?) {
        boxes = predictions.boxes.images(image..<image + 1)
        self.gradient = gradient?.images(image..<image + 1)
        grid = predictions.grid
    }

    /// Sums over positives, each weighted by its score; adds the factors' multiples of their derivatives.
    func evaluate(
        _ positives: [Assignment.Positive], boxFactor: Float, distanceFactor: Float
    ) -> (box: Double, dfl: Double) {
        var sums = (box: 0.0, dfl: 0.0)
        for positive in positives {
            let row = SideRow(boxes.pointer + positive.anchor * boxes.pixelStride)
            let point = grid.points[positive.anchor]
            let target = positive.box / grid.strides[positive.anchor]
            let overlap = CompleteIoU(box(around: point, distances: row.means), target)
            let distances = SIMD4(point.x - target.x, point.y - target.y, target.z - point.x, target.w - point.y)
                .clamped(lowerBound: SIMD4(), upperBound: SIMD4(repeating: BoxTerms.largestDistance))
            sums.box += Double(1 - overlap.value) * Double(positive.score)
            sums.dfl += Double(row.crossEntropy(distances)) * Double(positive.score)
            guard let gradient else { continue }
            let out = gradient.pointer + positive.anchor * gradient.pixelStride
            if boxFactor != 0 {
                // Left and top move against their distances.
                let slope = -boxFactor * positive.score * overlap.gradient * SIMD4(-1, -1, 1, 1)
                row.addMeanGradient(slope, to: out)
            }
            if distanceFactor != 0 {
                row.addCrossEntropyGradient(distances, factor: distanceFactor * positive.score, to: out)
            }
        }
        return sums
    }
}
