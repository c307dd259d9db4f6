/// `output = input ∗ weights`; weights are `[outputs][kernelHeight][kernelWidth][inputs / groups]`.
public func convolve(
    _ input: Tensor, weights: UnsafePointer<Float>, _ geometry: ConvolutionGeometry, into output: Tensor
) {
    let im2col = Im2Col(geometry, input.shape)
    precondition(output.shape == im2col.output, "\(output.shape) for \(im2col.output)")
    eachGroup(im2col) { n, inputs, outputs, columns in
        im2col.gather(input.images(n..<n + 1).channels(inputs), into: columns)
        let target = output.images(n..<n + 1).channels(outputs)
        multiply(
            matrix(columns), .plain,
            Matrix(
                UnsafeMutablePointer(mutating: weights) + outputs.lowerBound * im2col.columns, rows: outputs.count,
                columns: im2col.columns), .transposed, into: matrix(target))
    }
}

/// The gradient of a convolution to its input, from the gradient to its output; `accumulate` adds to what
/// `inputGradient` holds, else it is overwritten.
public func convolveBackwardInput(
    _ outputGradient: Tensor, weights: UnsafePointer<Float>, _ geometry: ConvolutionGeometry,
    into inputGradient: Tensor, accumulate: Bool
) {
    let im2col = Im2Col(geometry, inputGradient.shape)
    precondition(outputGradient.shape == im2col.output, "\(outputGradient.shape) for \(im2col.output)")
    if !accumulate { inputGradient.fill(0) }
    eachGroup(im2col) { n, inputs, outputs, columns in
        multiply(
            matrix(outputGradient.images(n..<n + 1).channels(outputs)), .plain,
            Matrix(
                UnsafeMutablePointer(mutating: weights) + outputs.lowerBound * im2col.columns, rows: outputs.count,
                columns: im2col.columns), .plain, into: matrix(columns))
        im2col.scatter(columns, addingTo: inputGradient.images(n..<n + 1).channels(inputs))
    }
}

/// Adds the gradient of a convolution to its weights to `weightGradient`.
public func convolveBackwardWeights(
    _ input: Tensor, _ outputGradient: Tensor, _ geometry: ConvolutionGeometry,
    into weightGradient: UnsafeMutablePointer<Float>
) {
    let im2col = Im2Col(geometry, input.shape)
    precondition(outputGradient.shape == im2col.output, "\(outputGradient.shape) for \(im2col.output)")
    for n in 0..<input.shape.n {
        eachGroup(im2col, images: n..<n + 1) { n, inputs, outputs, columns in
            im2col.gather(input.images(n..<n + 1).channels(inputs), into: columns)
            multiply(
                matrix(outputGradient.images(n..<n + 1).channels(outputs)), .transposed, matrix(columns), .plain,
                into: Matrix(
                    weightGradient + outputs.lowerBound * im2col.columns, rows: outputs.count,
                    columns: im2col.columns), beta: 1)
        }
    }
}

private func matrix(_ tensor: Tensor) -> Matrix {
    Matrix(
        tensor.pointer, rows: tensor.shape.pixels, columns: tensor.shape.channels, stride: tensor.pixelStride)
}

private func eachGroup(
    _ im2col: Im2Col, images: Range<Int>? = nil, _ body: (Int, Range<Int>, Range<Int>, Tensor) -> Void
) {
    let g = im2col.geometry
    let inputs = g.inputs / g.groups
    let outputs = g.outputs / g.groups
    let images = images ?? 0..<im2col.input.n
    parallel(tasks: images.count * g.groups) { task in
        let group = task % g.groups
        let columns = Tensor(Shape(1, im2col.output.height, im2col.output.width, im2col.columns))
        body(
            images.lowerBound + task / g.groups, group * inputs..<(group + 1) * inputs,
            group * outputs..<(group + 1) * outputs, columns)
    }
}
