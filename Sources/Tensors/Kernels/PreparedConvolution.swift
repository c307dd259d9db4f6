/// A convolution for inference: weights prepared once, bias and activation applied as the result is written.
public final class PreparedConvolution: Sendable {
    /// What is convolved with what.
    public let geometry: ConvolutionGeometry
    private let weights: [Float]
    private let bias: [Float]
    private let activation: ActivationFunction

    /// Weights are `[outputs][kernelHeight][kernelWidth][inputs / groups]`, with any normalisation folded in.
    public init(
        _ geometry: ConvolutionGeometry, weights: [Float], bias: [Float]?, activation: ActivationFunction
    ) {
        precondition(weights.count == geometry.weightCount, "\(weights.count) weights of \(geometry.weightCount)")
        precondition(bias == nil || bias?.count == geometry.outputs, "one bias per output")
        self.geometry = geometry
        self.weights = weights
        self.bias = bias ?? [Float](repeating: 0, count: geometry.outputs)
        self.activation = activation
    }

    /// `output = activation(input ∗ weights + bias)`
    public func callAsFunction(_ input: Tensor, into output: Tensor) {
        weights.withUnsafeBufferPointer {
            if let base = $0.baseAddress { convolve(input, weights: base, geometry, into: output) }
        }
        for pixel in 0..<output.shape.pixels {
            let row = output.pointer + pixel * output.pixelStride
            for c in 0..<output.shape.channels {
                let value = row[c] + bias[c]
                row[c] = activation == .silu ? value * sigmoid(SIMD8(repeating: value))[0] : value
            }
        }
    }
}
