/// Nearest-neighbour enlargement by 2: `out[y, x] = in[y / 2, x / 2]`.
public func upsample(_ x: Tensor, into output: Tensor) {
    let shape = x.shape
    parallel(tasks: shape.n * shape.height) { row in
        for column in 0..<shape.width {
            let source = x.pointer + (row * shape.width + column) * x.pixelStride
            for corner in 0..<4 {
                let pixel = (row * 2 + corner / 2) * shape.width * 2 + column * 2 + corner % 2
                (output.pointer + pixel * output.pixelStride).update(from: source, count: shape.channels)
            }
        }
    }
}

/// Adds the gradients of the four copies of each pixel.
public func pullUpsample(_ gradient: Tensor, into inputGradient: Tensor) {
    let shape = inputGradient.shape
    parallel(tasks: shape.n * shape.height) { row in
        for column in 0..<shape.width {
            let target = inputGradient.pointer + (row * shape.width + column) * inputGradient.pixelStride
            for corner in 0..<4 {
                let pixel = (row * 2 + corner / 2) * shape.width * 2 + column * 2 + corner % 2
                addValues(target, gradient.pointer + pixel * gradient.pixelStride, count: shape.channels)
            }
        }
    }
}
