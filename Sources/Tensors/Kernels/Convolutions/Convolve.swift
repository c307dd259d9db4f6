/// `output = input ∗ weights`; weights are `[outputs][kernelHeight][kernelWidth][inputs / groups]`.
public func convolve(
    _ input: Tensor, weights: UnsafePointer<Float>, _ geometry: ConvolutionGeometry, into output: Tensor
) {
    precondition(output.shape == geometry.output(for: input.shape), "\(output.shape) from \(input.shape)")
    let map = PixelMap.forward(geometry, output: output.shape)
    run(.forward, geometry, input: input, output: output) { algorithm, group, input, output in
        let weights = weights + group * geometry.weightsPerGroup
        func convolve<Filter: WinogradFilter>(_ filter: Filter.Type) {
            withTransformed(filter, geometry, weights, backward: false) {
                WinogradConvolution<Filter>(source: input, padding: geometry.padding, weights: $0, target: output).run()
            }
        }
        switch algorithm {
        case .depthwise:
            DepthwiseConvolution(geometry: geometry).run([map], input, weights: weights, into: output, adding: false)
        case .winograd: convolve(WinogradFour.self)
        case .winograd5: convolve(WinogradFive.self)
        case .stridedWinograd:
            StridedWinograd.withTransformed(geometry, weights) {
                StridedWinograd(source: input, weights: $0, target: output).run()
            }
        case .direct:
            withScratch(floats: geometry.packedCount) { memory in
                let packed = PackedWeights.forward(weights, geometry, taps: map.taps.map(\.weight), into: memory)
                GatheredProduct(map: map, source: input, weights: packed, target: output).run()
            }
        case .product, .im2col:
            MatrixConvolution(map: map, source: input, target: output).run(weights)
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
    run(.input, geometry, input: inputGradient, output: outputGradient) { algorithm, group, inputGradient, gradient in
        let weights = weights + group * geometry.weightsPerGroup
        func pull<Filter: WinogradFilter>(_ filter: Filter.Type) {
            withTransformed(filter, geometry, weights, backward: true) {
                WinogradConvolution<Filter>(
                    source: gradient, padding: 2 - geometry.padding, weights: $0, target: inputGradient,
                    adding: accumulate
                ).run()
            }
        }
        switch algorithm {
        case .depthwise:
            DepthwiseConvolution(geometry: geometry).run(
                maps, gradient, weights: weights, into: inputGradient, adding: accumulate)
        case .winograd: pull(WinogradFour.self)
        case .winograd5: pull(WinogradFive.self)
        case .direct, .stridedWinograd:
            withScratch(floats: geometry.packedCount) { memory in
                for map in maps {
                    let packed = PackedWeights.backward(weights, geometry, taps: map.taps.map(\.weight), into: memory)
                    GatheredProduct(
                        map: map, source: gradient, weights: packed, target: inputGradient, adding: accumulate
                    ).run()
                }
            }
        case .product, .im2col:
            for map in maps {
                MatrixConvolution(map: map, source: gradient, target: inputGradient).runBackward(
                    weights, taps: geometry.taps, adding: accumulate)
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
    run(.weights, geometry, input: input, output: outputGradient) { algorithm, group, input, gradient in
        let weightGradient = weightGradient + group * geometry.weightsPerGroup
        func sum<Filter: WinogradFilter>(_ filter: Filter.Type) {
            WinogradWeightGradient<Filter>(
                input: input, gradient: gradient, padding: geometry.padding, weightGradient: weightGradient
            ).run()
        }
        switch algorithm {
        case .depthwise:
            DepthwiseConvolution(geometry: geometry).runBackwardWeights(input, gradient, map, into: weightGradient)
        case .winograd: sum(WinogradFour.self)
        case .winograd5: sum(WinogradFive.self)
        case .direct, .stridedWinograd:
            GatheredWeightGradient(input: input, gradient: gradient, map: map, weightGradient: weightGradient).run()
        case .product, .im2col:
            MatrixConvolution(map: map, source: input, target: gradient).runBackwardWeights(into: weightGradient)
        }
    }
}

/// Runs `body(algorithm, group, input, output)` for the groups of a convolution: for all at once when each is a channel.
private func run(
    _ pass: ConvolutionPass, _ geometry: ConvolutionGeometry, input: Tensor, output: Tensor,
    _ body: (ConvolutionAlgorithm, Int, Tensor, Tensor) -> Void
) {
    let task = ConvolutionTask(pass, geometry, input: input.shape)
    let algorithm = task.algorithm
    KernelProfile.measure(.convolution(task, algorithm, images: input.shape.n)) {
        if algorithm == .depthwise { return body(algorithm, 0, input, output) }
        let (inputs, outputs) = geometry.group
        for group in 0..<geometry.groups {
            body(
                algorithm, group, input.channels(group * inputs..<(group + 1) * inputs),
                output.channels(group * outputs..<(group + 1) * outputs))
        }
    }
}

/// Transforms the weights of one group for Winograd's algorithm, for the time of a call.
private func withTransformed<Filter: WinogradFilter>(
    _ filter: Filter.Type, _ geometry: ConvolutionGeometry, _ weights: UnsafePointer<Float>, backward: Bool,
    _ body: (UnsafePointer<Float>) -> Void
) {
    let (depth, columns) = backward ? geometry.swappedGroup : geometry.group
    withScratch(floats: WinogradConvolution<Filter>.weightCount(depth: depth, columns: columns)) { planes in
        withScratch(floats: geometry.packedCount) { memory in
            // The gradient slides the kernel the other way round.
            let packed =
                backward
                ? PackedWeights.backward(weights, geometry, taps: (0..<9).reversed(), into: memory)
                : PackedWeights.forward(weights, geometry, taps: Array(0..<9), into: memory)
            WinogradConvolution<Filter>.transform(packed, into: planes)
        }
        body(planes)
    }
}
