import Tensors

/// Convolution, BatchNorm and activation: the block that YOLO models are made of (`Conv` in layer tables).
///
/// In training one record covers all three. In inference BatchNorm is folded into the weights, once per version of them:
/// `W' = W·r`, `b' = β − μ·r` with `r = γ/√(σ² + ε)`.
public struct ConvBlock {
    private let geometry: ConvolutionGeometry
    private let activation: ActivationFunction
    private let weight: Parameter
    private let norm: BatchNorm
    private let folded = PreparedWeights()

    /// `padding` nil keeps the size at stride 1.
    public init(
        _ inputs: Int, _ outputs: Int, kernel: Int = 1, stride: Int = 1, padding: Int? = nil, groups: Int = 1,
        style: ConvStyle = ConvStyle(), in scope: WeightScope
    ) {
        geometry = ConvolutionGeometry(
            inputs: inputs, outputs: outputs, kernel: (kernel, kernel), stride: stride, padding: padding ?? kernel / 2,
            groups: groups)
        activation = style.activation
        let fanIn = inputs / groups * kernel * kernel
        weight = (scope / "conv").parameter(
            "weight", [outputs, inputs / groups, kernel, kernel], .weight, .uniform(fanIn: fanIn))
        norm = BatchNorm(outputs, style: style, in: scope / "bn")
    }

    /// Channels of the result.
    public var outputs: Int { geometry.outputs }

    /// - Parameters:
    ///   - residual: added to the result, of the result's shape.
    ///   - destination: room for the result; fresh when nil.
    public func callAsFunction(
        _ x: Activation, adding residual: Activation? = nil, into destination: Activation? = nil
    ) -> Activation {
        let trains = !weight.isFrozen || x.needsGradient || residual?.needsGradient == true
        let output = destination ?? Activation(room: geometry.output(for: x.shape), recordedOn: x.tape)
        if let tape = x.tape, trains {
            record(x, residual, output, on: tape)
        } else {
            prepared(x.tensor, into: output.tensor)
            if let residual {
                KernelProfile.measure(.pass("add", over: output.tensor, passes: 3)) {
                    output.tensor.add(residual.tensor)
                }
            }
        }
        return output
    }

    private func record(_ x: Activation, _ residual: Activation?, _ output: Activation, on tape: Tape) {
        let y = Tensor(output.shape)
        convolve(x.tensor, weights: weight.values, geometry, into: y)
        let statistics = tape.statistics { observed(y, tape) }
        KernelProfile.measure(.pass("normalise and activate", over: y, passes: residual == nil ? 2 : 3)) {
            normalizeAndActivate(
                y, statistics.normalization, activation, adding: residual?.tensor, into: output.tensor)
        }
        output.becomeTrainable()
        tape.record(
            Record(
                block: self, input: x, residual: residual, output: output, y: y,
                normalization: statistics.normalization, pixels: statistics.pixels, synchronize: tape.synchronize))
    }

    private func observed(_ y: Tensor, _ tape: Tape) -> LayerStatistics {
        if weight.isFrozen { return LayerStatistics(normalization: norm.running, pixels: nil) }
        var batch = KernelProfile.measure(.pass("moments", over: y, passes: 1)) { moments(of: y) }
        if let synchronize = tape.synchronize {
            var sums = batch.sums
            synchronize(&sums)
            batch = Moments(sums: sums)
        }
        return LayerStatistics(normalization: norm.observing(batch), pixels: batch.count)
    }

    private func prepared(_ x: Tensor, into output: Tensor) {
        let convolution = folded.convolution(geometry, version: weight.version, input: x.shape) { algorithm in
            let running = norm.running
            let perOutput = geometry.weightCount / geometry.outputs
            // Looked up once: millions of look-ups would take half a second.
            let (values, scale) = (weight.values, running.scale)
            let scaled = (0..<geometry.weightCount).map { values[$0] * scale[$0 / perOutput] }
            return PreparedConvolution(
                geometry, weights: scaled, bias: running.shift, activation: activation, algorithm: algorithm)
        }
        convolution(x, into: output)
    }

    /// What one training pass saved.
    private struct Record: TapeRecord {
        let block: ConvBlock
        let input: Activation
        let residual: Activation?
        let output: Activation
        let y: Tensor
        let normalization: Normalization
        /// Pixels behind the batch statistics; nil when the layer is frozen.
        let pixels: Double?
        let synchronize: ((inout [Double]) -> Void)?

        var parameters: [Parameter] {
            block.weight.isFrozen ? [] : [block.weight, block.norm.weight, block.norm.bias]
        }

        func pull() {
            guard let gradient = output.arrivedGradient else { return }
            defer { output.releaseGradient() }
            residual?.receive(adding: gradient)
            var sums = KernelProfile.measure(.pass("activation backward", over: y, passes: 3)) {
                pullActivation(gradient, y: y, normalization, block.activation)
            }
            if !block.weight.isFrozen {
                for c in sums.gradient.indices {
                    block.norm.bias.gradient[c] += Float(sums.gradient[c])
                    block.norm.weight.gradient[c] += Float(sums.projection[c])
                }
                if let synchronize {
                    var both = sums.gradient + sums.projection
                    synchronize(&both)
                    sums.gradient = Array(both[..<sums.gradient.count])
                    sums.projection = Array(both[sums.gradient.count...])
                }
            }
            KernelProfile.measure(.pass("normalisation backward", over: y, passes: 3)) {
                pullNormalization(gradient, y: y, normalization, sums: sums, count: pixels)
            }
            input.receive { target, accumulate in
                convolveBackwardInput(
                    gradient, weights: block.weight.values, block.geometry, into: target, accumulate: accumulate)
            }
            if !block.weight.isFrozen {
                convolveBackwardWeights(input.tensor, gradient, block.geometry, into: block.weight.gradient)
            }
        }
    }
}
