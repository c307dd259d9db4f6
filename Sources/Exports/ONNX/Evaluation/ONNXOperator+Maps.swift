import Tensors

/// Operators on maps `[N, C, H, W]`.
extension ONNXOperator {
    /// Rows of a map that are gathered for one product; keeps what is gathered small.
    private static let band = 16

    func convolution(_ x: [ONNXValue]) -> ONNXValue {
        let (input, weights) = (x[0], x[1])
        let (stride, padding) = (integers("strides")[0], integers("pads")[0])
        let kernel = weights.shape[2]
        let (height, width) = (input.shape[2], input.shape[3])
        let rows = (height + 2 * padding - kernel) / stride + 1
        let columns = (width + 2 * padding - kernel) / stride + 1
        let shape = [input.shape[0], weights.shape[0], rows, columns]
        let bias = x.count > 2 ? x[2].values : [Float](repeating: 0, count: shape[1])
        var values = (0..<shape[0]).flatMap { image in
            bias.flatMap { [Float](repeating: $0, count: rows * columns) }
        }
        let bands = (rows + Self.band - 1) / Self.band
        let depth = weights.shape[1] * kernel * kernel
        values.withUnsafeMutableBufferPointer { result in
            let target = UnsafeMutablePointerBox(result.baseAddress!)
            parallel(tasks: shape[0] * bands) { task in
                let (image, first) = (task / bands, task % bands * Self.band)
                let range = first..<min(first + Self.band, rows)
                var gathered = self.gathered(
                    input, image: image, rows: range, columns: columns, kernel: kernel, stride: stride, padding: padding
                )
                let output = target.pointer + (image * shape[1] * rows + first) * columns
                gathered.withUnsafeMutableBufferPointer { patches in
                    weights.values.withUnsafeBufferPointer { weights in
                        multiply(
                            Matrix(
                                UnsafeMutablePointer(mutating: weights.baseAddress!), rows: shape[1], columns: depth),
                            .plain,
                            Matrix(patches.baseAddress!, rows: depth, columns: range.count * columns), .plain,
                            into: Matrix(
                                output, rows: shape[1], columns: range.count * columns, stride: rows * columns),
                            beta: 1)
                    }
                }
            }
        }
        return ONNXValue(shape: shape, values: values, isHalf: input.isHalf)
    }

    /// What every output pixel of some rows sees: a row per weight, a column per pixel.
    private func gathered(
        _ x: ONNXValue, image: Int, rows: Range<Int>, columns: Int, kernel: Int, stride: Int, padding: Int
    ) -> [Float] {
        let (channels, height, width) = (x.shape[1], x.shape[2], x.shape[3])
        var result: [Float] = []
        result.reserveCapacity(channels * kernel * kernel * rows.count * columns)
        for channel in 0..<channels {
            let plane = (image * channels + channel) * height * width
            for i in 0..<kernel * kernel {
                for row in rows {
                    let y = row * stride + i / kernel - padding
                    for column in 0..<columns {
                        let place = column * stride + i % kernel - padding
                        let isInside = y >= 0 && y < height && place >= 0 && place < width
                        result.append(isInside ? x.values[plane + y * width + place] : 0)
                    }
                }
            }
        }
        return result
    }

    func pooled(_ x: ONNXValue) -> ONNXValue {
        let (window, padding) = (integers("kernel_shape")[0], integers("pads")[0])
        let (height, width) = (x.shape[2], x.shape[3])
        var values = x.values
        for plane in 0..<x.shape[0] * x.shape[1] {
            for y in 0..<height {
                for place in 0..<width {
                    var most = -Float.infinity
                    for row in max(y - padding, 0)..<min(y - padding + window, height) {
                        for column in max(place - padding, 0)..<min(place - padding + window, width) {
                            most = max(most, x.values[(plane * height + row) * width + column])
                        }
                    }
                    values[(plane * height + y) * width + place] = most
                }
            }
        }
        return ONNXValue(shape: x.shape, values: values, isHalf: x.isHalf)
    }

    /// Twice the size, by the nearest.
    func enlarged(_ x: ONNXValue) -> ONNXValue {
        let shape = [x.shape[0], x.shape[1], 2 * x.shape[2], 2 * x.shape[3]]
        let (width, wide) = (x.shape[3], shape[3])
        let values = (0..<shape.reduce(1, *)).map { index in
            x.values[index / wide / 2 * width + index % wide / 2]
        }
        return ONNXValue(shape: shape, values: values, isHalf: x.isHalf)
    }
}

/// Where tasks write, each its own part.
private struct UnsafeMutablePointerBox: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<Float>
    init(_ pointer: UnsafeMutablePointer<Float>) { self.pointer = pointer }
}
