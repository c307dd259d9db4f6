/// A convolution, or one of its gradients, as products of OpenBLAS: over the pixels themselves where a result is made of
/// one pixel, else over copies of the pixels under every window behind each other (im2col).
///
/// Work is split at fixed places of every image, since OpenBLAS rounds otherwise for other sizes.
/// Source: Chellapilla, Puri, Simard, "High Performance Convolutional Neural Networks for Document Processing", 2006.
struct MatrixConvolution {
    let map: PixelMap
    let source: Tensor
    let target: Tensor

    private var depth: Int { source.shape.channels }
    private var columns: Int { map.taps.count * depth }
    private var rowsPerImage: Int { map.height * map.width }
    private var copiesPixels: Bool { map.taps.count > 1 || map.step > 1 || !map.isIdentity }
    /// Rows of one task: their copies should stay in the second-level cache.
    private var rowsPerTask: Int { max(64, min(1024, 65_536 / max(columns, 1))) }

    /// `target = windows · weightsᵀ`, weights as `[outputs][taps][inputs]`.
    func run(_ weights: UnsafePointer<Float>, finish: Finish? = nil) {
        let weights = Matrix(
            UnsafeMutablePointer(mutating: weights), rows: target.shape.channels, columns: columns)
        forEachBlock { range in
            withWindows(range) { windows in
                multiply(windows, .plain, weights, .transposed, into: pixels(of: target, range))
            }
            if let finish {
                withRowTable(range.count) { table in
                    map.targets(range, of: target, into: table)
                    finish.apply(RowTable(table), count: range.count, channels: target.shape.channels)
                }
            }
        }
    }

    /// The gradient to the pixels of one map from the gradient to the results: `target += Σ pixels · weights` over the taps
    /// of the map; `taps` are those of the whole kernel.
    func runBackward(_ weights: UnsafePointer<Float>, taps: Int, adding: Bool) {
        let inputs = target.shape.channels
        forEachBlock { range in
            withScratch(floats: max(range.count * inputs, 1)) { sums in
                let sum = Matrix(sums, rows: range.count, columns: inputs)
                sums.update(repeating: 0, count: range.count * inputs)
                withWindows(range) { windows in
                    for (i, tap) in map.taps.enumerated() {
                        let part = Matrix(
                            windows.pointer + i * depth, rows: windows.rows, columns: depth, stride: windows.stride)
                        let weight = Matrix(
                            UnsafeMutablePointer(mutating: weights) + tap.weight * inputs, rows: depth,
                            columns: inputs, stride: taps * inputs)
                        multiply(part, .plain, weight, .plain, into: sum, beta: 1)
                    }
                }
                withRowTable(range.count) { table in
                    map.targets(range, of: target, into: table)
                    for row in 0..<range.count {
                        let pixel = UnsafeMutablePointer(mutating: table[row])
                        if !adding { pixel.update(repeating: 0, count: inputs) }
                        addValues(pixel, sums + row * inputs, count: inputs)
                    }
                }
            }
        }
    }

    /// Adds `gradientᵀ · windows` to the weights' gradient; here the target is the gradient to the results.
    ///
    /// Segments of pixels have sums of their own, which are added in their order.
    func runBackwardWeights(into weightGradient: UnsafeMutablePointer<Float>) {
        let outputs = target.shape.channels
        let blocks = source.shape.n * blocksPerImage
        let segments = max(1, min(8, blocks))
        let size = outputs * columns
        if blocks == 0 || size == 0 { return }
        withScratch(floats: segments * size) { sums in
            parallel(tasks: segments) { segment in
                let sum = Matrix(sums + segment * size, rows: outputs, columns: columns)
                let range = segment * blocks / segments..<(segment + 1) * blocks / segments
                for block in range {
                    withWindows(rows(of: block)) { windows in
                        multiply(
                            pixels(of: target, rows(of: block)), .transposed, windows, .plain, into: sum,
                            beta: block == range.lowerBound ? 0 : 1)
                    }
                }
            }
            parallel(rowsOf: outputs, width: columns * segments) { range in
                for segment in 0..<segments {
                    addValues(
                        weightGradient + range.lowerBound * columns,
                        sums + segment * size + range.lowerBound * columns, count: range.count * columns)
                }
            }
        }
    }

    private var blocksPerImage: Int { divideUp(rowsPerImage, by: rowsPerTask) }

    private func rows(of block: Int) -> Range<Int> {
        let (image, part) = (block / blocksPerImage, block % blocksPerImage)
        let first = image * rowsPerImage + part * rowsPerTask
        return first..<min(first + rowsPerTask, (image + 1) * rowsPerImage)
    }

    private func forEachBlock(_ body: (Range<Int>) -> Void) {
        if rowsPerImage == 0 || target.shape.channels == 0 { return }
        parallel(tasks: source.shape.n * blocksPerImage) { body(rows(of: $0)) }
    }

    private func pixels(of tensor: Tensor, _ range: Range<Int>) -> Matrix {
        Matrix(
            tensor.pointer + range.lowerBound * tensor.pixelStride, rows: range.count,
            columns: tensor.shape.channels, stride: tensor.pixelStride)
    }

    /// The windows of some rows: the pixels themselves, or copies.
    private func withWindows(_ range: Range<Int>, _ body: (Matrix) -> Void) {
        if !copiesPixels { return body(pixels(of: source, range)) }
        withScratch(floats: max(range.count * columns, 1)) { copies in
            withRowTable(range.count) { table in
                map.copyPixels(range, of: source, stride: columns, into: copies, addresses: table)
            }
            body(Matrix(copies, rows: range.count, columns: columns))
        }
    }
}
