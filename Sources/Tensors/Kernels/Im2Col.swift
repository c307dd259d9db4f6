/// Rows of a convolution's input as a matrix: one row per output pixel of one image, `[kernelHeight][kernelWidth][inputs]`.
struct Im2Col {
    let geometry: ConvolutionGeometry
    let input: Shape
    let output: Shape

    init(_ geometry: ConvolutionGeometry, _ input: Shape) {
        self.geometry = geometry
        self.input = input
        output = geometry.output(for: input)
    }

    var columns: Int { geometry.kernelHeight * geometry.kernelWidth * geometry.inputs / geometry.groups }

    /// Calls `body(row, tap, pixel)` for every output pixel and tap; `pixel` is nil outside of the image.
    func forEach(_ body: (Int, Int, Int?) -> Void) {
        let g = geometry
        for row in 0..<output.height * output.width {
            let y = row / output.width * g.stride - g.padding
            let x = row % output.width * g.stride - g.padding
            for tap in 0..<g.kernelHeight * g.kernelWidth {
                let ty = y + tap / g.kernelWidth * g.dilation
                let tx = x + tap % g.kernelWidth * g.dilation
                let inside = ty >= 0 && ty < input.height && tx >= 0 && tx < input.width
                body(row, tap, inside ? ty * input.width + tx : nil)
            }
        }
    }

    func gather(_ image: Tensor, into columns: Tensor) {
        let width = image.shape.channels
        forEach { row, tap, pixel in
            let target = columns.pointer + row * self.columns + tap * width
            if let pixel {
                target.update(from: image.pointer + pixel * image.pixelStride, count: width)
            } else {
                target.update(repeating: 0, count: width)
            }
        }
    }

    func scatter(_ columns: Tensor, addingTo image: Tensor) {
        let width = image.shape.channels
        forEach { row, tap, pixel in
            guard let pixel else { return }
            addValues(
                image.pointer + pixel * image.pixelStride, columns.pointer + row * self.columns + tap * width,
                count: width)
        }
    }
}
