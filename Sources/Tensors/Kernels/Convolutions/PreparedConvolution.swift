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
        case .winograd: WinogradConvolution<WinogradFour>.weightCount(depth: inputs, columns: outputs)
        case .winograd5: WinogradConvolution<WinogradFive>.weightCount(depth: inputs, columns: outputs)
        case .stridedWinograd: StridedWinograd.weightCount(depth: inputs, columns: outputs)
        case .direct: PackedWeights.count(taps: geometry.taps, depth: inputs, columns: outputs)
        case .product, .im2col: geometry.weightsPerGroup
        case .depthwise: geometry.weightCount
        }
    }

    /// Bytes of the weights of all groups.
    static func keptBytes(_ geometry: ConvolutionGeometry, _ algorithm: ConvolutionAlgorithm) -> Int {
        4 * preparedCount(geometry, algorithm) * (algorithm == .depthwise ? 1 : geometry.groups)
    }

    private static func prepare(
        _ geometry: ConvolutionGeometry, _ weights: [Float], _ algorithm: ConvolutionAlgorithm
    ) -> Tensor {
        let all = Tensor(lasting: Shape(1, 1, 1, keptBytes(geometry, algorithm) / 4))
        let task = ConvolutionTask(.inference, geometry, height: 0, width: 0)
        HostMemory.fill("\(task) \(algorithm.rawValue)", all) {
            weights.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                prepare(geometry, base, algorithm, into: all.pointer)
            }
        }
        return all
    }

    private static func prepare(
        _ geometry: ConvolutionGeometry, _ weights: UnsafePointer<Float>, _ algorithm: ConvolutionAlgorithm,
        into target: UnsafeMutablePointer<Float>
    ) {
        if algorithm == .depthwise || algorithm == .product || algorithm == .im2col {
            return target.update(from: weights, count: geometry.weightCount)
        }
        let taps = Array(0..<geometry.taps)
        for group in 0..<geometry.groups {
            let target = target + group * preparedCount(geometry, algorithm)
            let source = weights + group * geometry.weightsPerGroup
            if algorithm == .direct {
                _ = PackedWeights.forward(source, geometry, taps: taps, into: target)
                continue
            }
            withScratch(floats: geometry.packedCount) { memory in
                let packed = PackedWeights.forward(source, geometry, taps: taps, into: memory)
                switch algorithm {
                case .winograd: WinogradConvolution<WinogradFour>.transform(packed, into: target)
                case .winograd5: WinogradConvolution<WinogradFive>.transform(packed, into: target)
                default: StridedWinograd.transform(packed, into: target)
                }
            }
        }
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
            func convolve<Filter: WinogradFilter>(_ filter: Filter.Type) {
                WinogradConvolution<Filter>(
                    source: source, padding: geometry.padding, weights: prepared, target: target, finish: finish
                ).run()
            }
            switch algorithm {
            case .winograd: convolve(WinogradFour.self)
            case .winograd5: convolve(WinogradFive.self)
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
