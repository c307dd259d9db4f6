/// A convolution for inference: weights prepared once, bias and activation applied while a result is in the cache.
public final class PreparedConvolution: Sendable {
    /// What is convolved with what.
    public let geometry: ConvolutionGeometry
    private let weights: Tensor
    private let bias: Tensor
    private let activation: ActivationFunction

    /// Weights are `[outputs][kernelHeight][kernelWidth][inputs / groups]`, with any normalisation folded in.
    public init(
        _ geometry: ConvolutionGeometry, weights: [Float], bias: [Float]?, activation: ActivationFunction
    ) {
        precondition(weights.count == geometry.weightCount, "\(weights.count) weights of \(geometry.weightCount)")
        precondition(bias == nil || bias?.count == geometry.outputs, "one bias per output")
        self.geometry = geometry
        self.activation = activation
        self.weights = Self.prepare(geometry, weights)
        // A group's last eight channels may reach beyond the last channel.
        let filled = Shape(1, 1, 1, roundUp(geometry.outputs, to: 16) + 16)
        self.bias = Tensor(lasting: filled)
        self.bias.fill(0)
        if let bias { self.bias.pointer.update(from: bias, count: bias.count) }
    }

    private static func preparedCount(_ geometry: ConvolutionGeometry) -> Int {
        let (inputs, outputs) = geometry.group
        if geometry.isDepthwise { return geometry.weightCount / geometry.groups }
        if geometry.prefersWinograd { return WinogradConvolution.weightCount(depth: inputs, columns: outputs) }
        return PackedWeights.count(taps: geometry.taps, depth: inputs, columns: outputs)
    }

    private static func prepare(_ geometry: ConvolutionGeometry, _ weights: [Float]) -> Tensor {
        if geometry.isDepthwise { return Tensor(Shape(1, 1, 1, weights.count), weights) }
        let count = preparedCount(geometry)
        let prepared = Tensor(lasting: Shape(1, 1, geometry.groups, count))
        weights.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for group in 0..<geometry.groups {
                let target = prepared.pointer + group * count
                let source = base + group * geometry.weightsPerGroup
                if geometry.prefersWinograd {
                    withScratch(floats: geometry.packedCount) { memory in
                        let packed = PackedWeights.forward(source, geometry, taps: Array(0..<9), into: memory)
                        WinogradConvolution.transform(packed, into: target)
                    }
                } else {
                    _ = PackedWeights.forward(source, geometry, taps: Array(0..<geometry.taps), into: target)
                }
            }
        }
        return prepared
    }

    /// `output = activation(input ∗ weights + bias)`
    public func callAsFunction(_ input: Tensor, into output: Tensor) {
        precondition(output.shape == geometry.output(for: input.shape), "\(output.shape) from \(input.shape)")
        let map = PixelMap.forward(geometry, output: output.shape)
        let (inputs, outputs) = geometry.group
        if geometry.isDepthwise {
            return DepthwiseConvolution(geometry: geometry).run(
                [map], input, weights: weights.pointer, into: output, adding: false,
                finish: Finish(bias: bias.pointer, activation: activation))
        }
        for group in 0..<geometry.groups {
            let finish = Finish(bias: bias.pointer + group * outputs, activation: activation)
            let source = input.channels(group * inputs..<(group + 1) * inputs)
            let target = output.channels(group * outputs..<(group + 1) * outputs)
            let prepared = weights.pointer + group * Self.preparedCount(geometry)
            if geometry.prefersWinograd {
                WinogradConvolution(
                    source: source, padding: geometry.padding, weights: prepared, target: target, finish: finish
                ).run()
            } else {
                let packed = PackedWeights(taps: geometry.taps, depth: inputs, columns: outputs, pointer: prepared)
                GatheredProduct(map: map, source: source, weights: packed, target: target, finish: finish).run()
            }
        }
    }
}
