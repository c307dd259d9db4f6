/// A convolution for inference: weights prepared once, bias and activation applied while a result is in the cache.
public final class PreparedConvolution: Sendable {
    /// What is convolved with what.
    public let geometry: ConvolutionGeometry
    /// What the weights are prepared for.
    public let algorithm: ConvolutionAlgorithm
    private let weights: Tensor
    private let bias: Tensor
    private let activation: ActivationFunction

    /// Weights are `[outputs][kernelHeight][kernelWidth][inputs / groups]`, with any normalisation folded in.
    public init(
        _ geometry: ConvolutionGeometry, weights: [Float], bias: [Float]?, activation: ActivationFunction,
        algorithm: ConvolutionAlgorithm
    ) {
        precondition(weights.count == geometry.weightCount, "\(weights.count) weights of \(geometry.weightCount)")
        precondition(bias == nil || bias?.count == geometry.outputs, "one bias per output")
        self.geometry = geometry
        self.activation = activation
        self.algorithm = algorithm
        self.weights = Self.prepare(geometry, weights, algorithm)
        // A group's last eight channels may reach beyond the last channel.
        let filled = Shape(1, 1, 1, roundUp(geometry.outputs, to: 16) + 16)
        self.bias = Tensor(lasting: filled)
        self.bias.fill(0)
        if let bias { self.bias.pointer.update(from: bias, count: bias.count) }
    }

    /// Floats that the prepared weights of a group take.
    private static func preparedCount(_ geometry: ConvolutionGeometry, _ algorithm: ConvolutionAlgorithm) -> Int {
        let (inputs, outputs) = geometry.group
        return switch algorithm {
        case .winograd: WinogradConvolution.weightCount(depth: inputs, columns: outputs)
        case .stridedWinograd: StridedWinograd.weightCount(depth: inputs, columns: outputs)
        case .direct: PackedWeights.count(taps: geometry.taps, depth: inputs, columns: outputs)
        case .product, .im2col: geometry.weightsPerGroup
        case .depthwise: geometry.weightCount
        }
    }

    private static func prepare(
        _ geometry: ConvolutionGeometry, _ weights: [Float], _ algorithm: ConvolutionAlgorithm
    ) -> Tensor {
        if algorithm == .depthwise || algorithm == .product || algorithm == .im2col {
            let kept = Tensor(lasting: Shape(1, 1, 1, weights.count))
            kept.pointer.update(from: weights, count: weights.count)
            return kept
        }
        let count = preparedCount(geometry, algorithm)
        let prepared = Tensor(lasting: Shape(1, 1, geometry.groups, count))
        let taps = Array(0..<geometry.taps)
        weights.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for group in 0..<geometry.groups {
                let target = prepared.pointer + group * count
                let source = base + group * geometry.weightsPerGroup
                if algorithm == .direct {
                    _ = PackedWeights.forward(source, geometry, taps: taps, into: target)
                    continue
                }
                withScratch(floats: geometry.packedCount) { memory in
                    let packed = PackedWeights.forward(source, geometry, taps: taps, into: memory)
                    if algorithm == .winograd {
                        WinogradConvolution.transform(packed, into: target)
                    } else {
                        StridedWinograd.transform(packed, into: target)
                    }
                }
            }
        }
        return prepared
    }

    /// `output = activation(input ∗ weights + bias)`
    public func callAsFunction(_ input: Tensor, into output: Tensor) {
        precondition(output.shape == geometry.output(for: input.shape), "\(output.shape) from \(input.shape)")
        let task = ConvolutionTask(.inference, geometry, input: input.shape)
        KernelProfile.measure(.convolution(task, algorithm, images: input.shape.n)) { run(input, into: output) }
    }

    private func run(_ input: Tensor, into output: Tensor) {
        let map = PixelMap.forward(geometry, output: output.shape)
        let (inputs, outputs) = geometry.group
        if algorithm == .depthwise {
            return DepthwiseConvolution(geometry: geometry).run(
                [map], input, weights: weights.pointer, into: output, adding: false,
                finish: Finish(bias: bias.pointer, activation: activation))
        }
        for group in 0..<geometry.groups {
            let finish = Finish(bias: bias.pointer + group * outputs, activation: activation)
            let source = input.channels(group * inputs..<(group + 1) * inputs)
            let target = output.channels(group * outputs..<(group + 1) * outputs)
            let prepared = UnsafePointer(weights.pointer) + group * Self.preparedCount(geometry, algorithm)
            switch algorithm {
            case .winograd:
                WinogradConvolution(
                    source: source, padding: geometry.padding, weights: prepared, target: target, finish: finish
                ).run()
            case .stridedWinograd:
                StridedWinograd(source: source, weights: prepared, target: target, finish: finish).run()
            case .product, .im2col:
                MatrixConvolution(map: map, source: source, target: target).run(prepared, finish: finish)
            case .direct, .depthwise:
                let packed = PackedWeights(
                    taps: geometry.taps, depth: inputs, columns: outputs,
                    pointer: UnsafeMutablePointer(mutating: prepared))
                GatheredProduct(map: map, source: source, weights: packed, target: target, finish: finish).run()
            }
        }
    }
}
