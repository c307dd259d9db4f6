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

/// The four side distributions of one anchor.
struct SideRow {
    private let logits: UnsafePointer<Float>
    private var probabilities = (SIMD16<Float>(), SIMD16<Float>(), SIMD16<Float>(), SIMD16<Float>())
    /// Distances to left, top, right and bottom.
    private(set) var means = SIMD4<Float>()
    private var logSums = SIMD4<Float>()

    init(_ logits: UnsafePointer<Float>) {
        self.logits = logits
        for side in 0..<4 {
            var row = SIMD16<Float>()
            let (mean, logSum) = withUnsafeMutableBytes(of: &row) { bytes in
                SideDistances.distribution(
                    logits + side * SideDistances.bins, into: bytes.assumingMemoryBound(to: Float.self).baseAddress!)
            }
            means[side] = mean
            logSums[side] = logSum
            set(side, row)
        }
    }

    private mutating func set(_ side: Int, _ row: SIMD16<Float>) {
        switch side {
        case 0: probabilities.0 = row
        case 1: probabilities.1 = row
        case 2: probabilities.2 = row
        default: probabilities.3 = row
        }
    }

    private func probability(_ side: Int) -> SIMD16<Float> {
        switch side {
        case 0: probabilities.0
        case 1: probabilities.1
        case 2: probabilities.2
        default: probabilities.3
        }
    }

    /// Adds the derivative by the logits of a function with these derivatives by the means.
    func addMeanGradient(_ slope: SIMD4<Float>, to gradient: UnsafeMutablePointer<Float>) {
        for side in 0..<4 {
            let p = probability(side)
            for bin in 0..<SideDistances.bins {
                gradient[side * SideDistances.bins + bin] += slope[side] * p[bin] * (Float(bin) - means[side])
            }
        }
    }

    /// Cross-entropy with distances that lie between two bins each, averaged over the sides.
    func crossEntropy(_ distances: SIMD4<Float>) -> Float {
        var sum: Float = 0
        for side in 0..<4 {
            let bin = Int(distances[side])
            let low = Float(bin + 1) - distances[side]
            let row = logits + side * SideDistances.bins + bin
            sum += low * (logSums[side] - row[0]) + (1 - low) * (logSums[side] - row[1])
        }
        return sum / 4
    }

    /// Adds `factor` times the derivative of `crossEntropy`.
    func addCrossEntropyGradient(
        _ distances: SIMD4<Float>, factor: Float, to gradient: UnsafeMutablePointer<Float>
    ) {
        let quarter = factor / 4
        for side in 0..<4 {
            let row = gradient + side * SideDistances.bins
            let p = probability(side)
            for bin in 0..<SideDistances.bins { row[bin] += quarter * p[bin] }
            let bin = Int(distances[side])
            let low = Float(bin + 1) - distances[side]
            row[bin] -= quarter * low
            row[bin + 1] -= quarter * (1 - low)
        }
    }
}
