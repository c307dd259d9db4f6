import Models
import Tensors

/// Binary cross-entropy of every anchor's class logits of one image against the target scores.
struct ClassTerm {
    /// Vectors whose sum still fits a float well.
    private static let chunk = 128

    private let scores: Tensor
    private let gradient: Tensor?

    init(_ predictions: Predictions, image: Int, gradient: Tensor?) {
        scores = predictions.scores.images(image..<image + 1)
        self.gradient = gradient?.images(image..<image + 1)
    }

    /// The sum over anchors and classes; adds `factor` times its derivative to the gradient.
    func evaluate(_ positives: [Assignment.Positive], factor: Float) -> Double {
        var sum = 0.0
        let channels = scores.shape.channels
        if scores.isContiguous && gradient?.isContiguous ?? true {
            sum = background(scores.pointer, count: scores.shape.count, factor: factor, gradient: gradient?.pointer)
        } else {
            for anchor in 0..<scores.shape.pixels {
                let target = gradient.map { $0.pointer + anchor * $0.pixelStride }
                sum += background(
                    scores.pointer + anchor * scores.pixelStride, count: channels, factor: factor, gradient: target)
            }
        }
        // Cross-entropy is linear in the target: −x·score on top of the background's.
        for positive in positives {
            let logit = scores.pointer[positive.anchor * scores.pixelStride + positive.category]
            sum -= Double(logit) * Double(positive.score)
            if let gradient {
                gradient.pointer[positive.anchor * gradient.pixelStride + positive.category] -= factor * positive.score
            }
        }
        return sum
    }

    /// Cross-entropy of `count` logits whose targets are 0: softplus, with the sigmoid as derivative.
    private func background(
        _ logits: UnsafePointer<Float>, count: Int, factor: Float, gradient: UnsafeMutablePointer<Float>?
    ) -> Double {
        var sum = 0.0
        let whole = count & ~7
        var start = 0
        while start < whole {
            let end = min(start + 8 * ClassTerm.chunk, whole)
            var partial = SIMD8<Float>()
            while start < end {
                let (softPlus, sigmoid) = softPlusAndSigmoid(load8(logits + start))
                partial += softPlus
                if let gradient { store8(load8(gradient + start) + factor * sigmoid, to: gradient + start) }
                start += 8
            }
            sum += Double(partial.sum())
        }
        if whole < count {
            var rest = SIMD8<Float>(repeating: -.infinity)
            for index in whole..<count { rest[index - whole] = logits[index] }
            let (softPlus, sigmoid) = softPlusAndSigmoid(rest)
            for index in whole..<count {
                sum += Double(softPlus[index - whole])
                if let gradient { gradient[index] += factor * sigmoid[index - whole] }
            }
        }
        return sum
    }
}
