import Models
import Tensors

/// Derivatives of the total by everything a detector predicts; terms add to it.
public struct PredictionsGradient {
    /// `[N, 1, A, 64]`.
    public var boxes: Tensor
    /// `[N, 1, A, K]`.
    public var scores: Tensor

    /// Derivatives in tensors of the caller, such as views of one tensor.
    public init(boxes: Tensor, scores: Tensor) {
        self.boxes = boxes
        self.scores = scores
    }

    /// Zeros for these predictions.
    public init(like predictions: Predictions) {
        boxes = Tensor(predictions.boxes.shape, repeating: 0)
        scores = Tensor(predictions.scores.shape, repeating: 0)
    }

    /// The Euclidean norm of all derivatives.
    public var norm: Double {
        [boxes, scores].flatMap { tensor in
            parallelMap(tensor.shape.n) { squaredSum(of: tensor.images($0..<$0 + 1)) }
        }.reduce(0, +).squareRoot()
    }
}

private func squaredSum(of tensor: Tensor) -> Double {
    var sum = 0.0
    for pixel in 0..<tensor.shape.pixels {
        let row = tensor.pointer + pixel * tensor.pixelStride
        var rowSum: Float = 0
        for channel in 0..<tensor.shape.channels { rowSum += row[channel] * row[channel] }
        sum += Double(rowSum)
    }
    return sum
}
