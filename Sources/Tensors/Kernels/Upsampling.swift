/// Nearest-neighbour enlargement by 2: `out[y, x] = in[y / 2, x / 2]`. Reads the map once, writes it four times.
public func upsample(_ x: Tensor, into output: Tensor) {
    forEachCopy(of: x.shape) { pixel, copy in
        (output.pointer + copy * output.pixelStride).update(
            from: x.pointer + pixel * x.pixelStride, count: x.shape.channels)
    }
}

/// Adds the gradients of the four copies of each pixel: reads all of them once, reads and writes the input's gradient.
public func pullUpsample(_ gradient: Tensor, into inputGradient: Tensor) {
    forEachCopy(of: inputGradient.shape) { pixel, copy in
        addValues(
            inputGradient.pointer + pixel * inputGradient.pixelStride, gradient.pointer + copy * gradient.pixelStride,
            count: gradient.shape.channels)
    }
}

/// Calls `body` with every pixel of a shape and each of its four copies, line by line.
@inline(__always)
private func forEachCopy(of shape: Shape, _ body: (_ pixel: Int, _ copy: Int) -> Void) {
    parallel(tasks: shape.n * shape.height) { row in
        for column in 0..<shape.width {
            for corner in 0..<4 {
                body(
                    row * shape.width + column,
                    (row * 2 + corner / 2) * shape.width * 2 + column * 2 + corner % 2)
            }
        }
    }
}
