import Models
import Tensors

/// Turns predictions into boxes in pixels and class probabilities.
public struct BoxDecoder {
    private let predictions: Predictions

    /// A decoder of these predictions.
    public init(_ predictions: Predictions) {
        self.predictions = predictions
    }

    /// Box of one anchor: x1, y1, x2, y2 in pixels of the network input.
    public func box(image: Int, anchor: Int) -> SIMD4<Float> {
        let row = image * predictions.grid.count + anchor
        let logits = predictions.boxes.pointer + row * predictions.boxes.pixelStride
        let distances = SideDistances.means(logits)
        let stride = predictions.grid.strides[anchor]
        return Detection.box(around: predictions.grid.points[anchor], distances: distances) * stride
    }

    /// Boxes of all anchors of an image.
    public func boxes(image: Int) -> [SIMD4<Float>] {
        (0..<predictions.grid.count).map { box(image: image, anchor: $0) }
    }

    /// Class probabilities of one anchor.
    public func probabilities(image: Int, anchor: Int) -> [Float] {
        let row = image * predictions.grid.count + anchor
        let logits = predictions.scores.pointer + row * predictions.scores.pixelStride
        let count = predictions.classCount
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            for start in Swift.stride(from: 0, to: count, by: 8) {
                let lanes = min(8, count - start)
                var row = SIMD8<Float>()
                for lane in 0..<lanes { row[lane] = logits[start + lane] }
                let values = sigmoid(row)
                for lane in 0..<lanes { buffer[start + lane] = values[lane] }
            }
            initialized = count
        }
    }
}
