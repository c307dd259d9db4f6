/// `output = input ∗ weights`; weights are `[outputs][kernelHeight][kernelWidth][inputs / groups]`.
public func convolve(
    _ input: Tensor, weights: UnsafePointer<Float>, _ geometry: ConvolutionGeometry, into output: Tensor
) {
    precondition(output.shape == geometry.output(for: input.shape), "\(output.shape) from \(input.shape)")
    let map = PixelMap.forward(geometry, output: output.shape)
    if geometry.isDepthwise {
        return DepthwiseConvolution(geometry: geometry).run([map], input, weights: weights, into: output, adding: false)
    }
    forEachGroup(geometry, input, output) { group, input, output in
        let weights = weights + group * geometry.weightsPerGroup
        if geometry.prefersWinograd {
            withTransformed(geometry, weights, backward: false) {
                WinogradConvolution(source: input, padding: geometry.padding, weights: $0, target: output).run()
            }
        } else {
            withScratch(floats: geometry.packedCount) { memory in
                let packed = PackedWeights.forward(weights, geometry, taps: map.taps.map(\.weight), into: memory)
                GatheredProduct(map: map, source: input, weights: packed, target: output).run()
            }
        }
    }
}

/// The gradient of a convolution to its input, from the gradient to its output; `accumulate` adds to what
/// `inputGradient` holds, else it is overwritten.
public func convolveBackwardInput(
    _ outputGradient: Tensor, weights: UnsafePointer<Float>, _ geometry: ConvolutionGeometry,
    into inputGradient: Tensor, accumulate: Bool
) {
    precondition(
        outputGradient.shape == geometry.output(for: inputGradient.shape),
        "\(outputGradient.shape) from \(inputGradient.shape)")
    let maps = PixelMap.backward(geometry, input: inputGradient.shape)
    if geometry.isDepthwise {
        return DepthwiseConvolution(geometry: geometry).run(
            maps, outputGradient, weights: weights, into: inputGradient, adding: accumulate)
    }
    forEachGroup(geometry, inputGradient, outputGradient) { group, inputGradient, outputGradient in
        let weights = weights + group * geometry.weightsPerGroup
        if geometry.prefersWinograd {
            withTransformed(geometry, weights, backward: true) {
                WinogradConvolution(
                    source: outputGradient, padding: 2 - geometry.padding, weights: $0, target: inputGradient,
                    adding: accumulate
                ).run()
            }
        } else {
            withScratch(floats: geometry.packedCount) { memory in
                for map in maps {
                    let packed = PackedWeights.backward(weights, geometry, taps: map.taps.map(\.weight), into: memory)
                    GatheredProduct(
                        map: map, source: outputGradient, weights: packed, target: inputGradient, adding: accumulate
                    ).run()
                }
            }
        }
    }
}

/// Adds the gradient of a convolution to its weights to `weightGradient`.
public func convolveBackwardWeights(
    _ input: Tensor, _ outputGradient: Tensor, _ geometry: ConvolutionGeometry,
    into weightGradient: UnsafeMutablePointer<Float>
) {
    precondition(
        outputGradient.shape == geometry.output(for: input.shape), "\(outputGradient.shape) from \(input.shape)")
    let map = PixelMap.forward(geometry, output: outputGradient.shape)
    if geometry.isDepthwise {
        return DepthwiseConvolution(geometry: geometry).runBackwardWeights(
            input, outputGradient, map, into: weightGradient)
    }
    forEachGroup(geometry, input, outputGradient) { group, input, outputGradient in
        let weightGradient = weightGradient + group * geometry.weightsPerGroup
        if geometry.prefersWinogradForWeights {
            WinogradWeightGradient(
                input: input, gradient: outputGradient, padding: geometry.padding, weightGradient: weightGradient
            ).run()
        } else {
            GatheredWeightGradient(
                input: input, gradient: outputGradient, map: map, weightGradient: weightGradient
            ).run()
        }
    }
}

/// Transforms the weights of one group for Winograd's algorithm, for the time of a call.
private func withTransformed(
    _ geometry: ConvolutionGeometry, _ weights: UnsafePointer<Float>, backward: Bool,
    _ body: (UnsafePointer<Float>) -> Void
) {
    let (depth, columns) = backward ? geometry.swappedGroup : geometry.group
    withScratch(floats: WinogradConvolution.weightCount(depth: depth, columns: columns)) { planes in
        withScratch(floats: geometry.packedCount) { memory in
            // The gradient slides the kernel the other way round.
            let packed =
                backward
                ? PackedWeights.backward(weights, geometry, taps: (0..<9).reversed(), into: memory)
                : PackedWeights.forward(weights, geometry, taps: Array(0..<9), into: memory)
            WinogradConvolution.transform(packed, into: planes)
        }
        body(planes)
    }
}

private func forEachGroup(
    _ geometry: ConvolutionGeometry, _ input: Tensor, _ output: Tensor, _ body: (Int, Tensor, Tensor) -> Void
) {
    let (inputs, outputs) = geometry.group
    for group in 0..<geometry.groups {
        body(
            group, input.channels(group * inputs..<(group + 1) * inputs),
            output.channels(group * outputs..<(group + 1) * outputs))
    }
}
