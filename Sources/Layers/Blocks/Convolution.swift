import Tensors

/// A plain convolution with bias (`Conv2d`), as detection heads end with.
public struct Convolution {
    private let geometry: ConvolutionGeometry
    private let weight: Parameter
    /// One value per output channel; open to heads, which begin with plausible answers.
    public let bias: Parameter
    private let ready = PreparedWeights()

    /// Registers `weight` and `bias` in `scope`; an odd kernel keeps the size of the map.
    public init(_ inputs: Int, _ outputs: Int, kernel: Int = 1, in scope: WeightScope) {
        geometry = ConvolutionGeometry(
            inputs: inputs, outputs: outputs, kernel: (kernel, kernel), padding: kernel / 2)
        let fanIn = inputs * kernel * kernel
        weight = scope.parameter("weight", [outputs, inputs, kernel, kernel], .weight, .uniform(fanIn: fanIn))
        bias = scope.parameter("bias", [outputs], .bias, .uniform(fanIn: fanIn))
    }

    /// `[N, H, W, outputs]` from `[N, H, W, inputs]`, at stride 1, into the room given or into fresh room.
    public func callAsFunction(_ x: Activation, into destination: Activation? = nil) -> Activation {
        let output = destination ?? Activation(room: geometry.output(for: x.shape), recordedOn: x.tape)
        let convolution = ready.convolution(geometry, version: weight.version, input: x.shape) { algorithm in
            PreparedConvolution(
                geometry, weights: Array(UnsafeBufferPointer(start: weight.values, count: weight.range.count)),
                bias: Array(UnsafeBufferPointer(start: bias.values, count: bias.range.count)), activation: .identity,
                algorithm: algorithm)
        }
        convolution(x.tensor, into: output.tensor)
        if let tape = x.tape, !weight.isFrozen || x.needsGradient {
            output.becomeTrainable()
            tape.record(Record(block: self, input: x, output: output))
        }
        return output
    }

    private struct Record: TapeRecord {
        let block: Convolution
        let input: Activation
        let output: Activation

        var parameters: [Parameter] { block.weight.isFrozen ? [] : [block.weight, block.bias] }

        func pull() {
            guard let gradient = output.arrivedGradient else { return }
            defer { output.releaseGradient() }
            input.receive { target, accumulate in
                convolveBackwardInput(
                    gradient, weights: block.weight.values, block.geometry, into: target, accumulate: accumulate)
            }
            if block.weight.isFrozen { return }
            convolveBackwardWeights(input.tensor, gradient, block.geometry, into: block.weight.gradient)
            let sums = KernelProfile.measure(.pass("bias gradient", over: gradient, passes: 1)) {
                columnSums(of: gradient)
            }
            for (c, sum) in sums.enumerated() { block.bias.gradient[c] += Float(sum) }
        }
    }
}
