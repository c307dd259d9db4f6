/// Which pixels of a source tensor the pixels of a target tensor are sums over.
///
/// A convolution has one map. The gradient to the input of a convolution with stride `s` has `s²`: each takes those
/// pixels of the input, `s` apart, that the same taps touch.
struct PixelMap {
    /// A weight and where its source pixel lies relative to the row's.
    struct Tap {
        var weight: Int
        var y: Int
        var x: Int
    }

    /// Rows of the product per image: `height` × `width` pixels of the target.
    var height: Int
    var width: Int
    /// Source pixels from one row to the next.
    var step: Int
    var taps: [Tap]
    /// Target pixel of the first row, and target pixels from one row to the next.
    var first: (y: Int, x: Int) = (0, 0)
    var targetStep = 1

    /// Whether a row's only source pixel is the one at its own place.
    var isIdentity: Bool { taps.count == 1 && step == 1 && taps[0].y == 0 && taps[0].x == 0 && targetStep == 1 }

    /// The map of a convolution.
    static func forward(_ geometry: ConvolutionGeometry, output: Shape) -> PixelMap {
        let taps = (0..<geometry.kernelHeight * geometry.kernelWidth).map { tap in
            Tap(
                weight: tap, y: tap / geometry.kernelWidth * geometry.dilation - geometry.padding,
                x: tap % geometry.kernelWidth * geometry.dilation - geometry.padding)
        }
        return PixelMap(height: output.height, width: output.width, step: geometry.stride, taps: taps)
    }

    /// The maps of the gradient to the input.
    static func backward(_ geometry: ConvolutionGeometry, input: Shape) -> [PixelMap] {
        let stride = geometry.stride
        return (0..<stride * stride).map { phase in
            let first = (y: phase / stride, x: phase % stride)
            let taps = (0..<geometry.kernelHeight * geometry.kernelWidth).compactMap { tap -> Tap? in
                let y = first.y + geometry.padding - tap / geometry.kernelWidth * geometry.dilation
                let x = first.x + geometry.padding - tap % geometry.kernelWidth * geometry.dilation
                return y % stride == 0 && x % stride == 0 ? Tap(weight: tap, y: y / stride, x: x / stride) : nil
            }
            return PixelMap(
                height: divideUp(max(input.height - first.y, 0), by: stride),
                width: divideUp(max(input.width - first.x, 0), by: stride), step: 1, taps: taps, first: first,
                targetStep: stride)
        }
    }

    /// Calls `body(row, image, y, x, count)` for the runs of rows in `range` that lie in one line of one image.
    func forEachLine(_ range: Range<Int>, _ body: (Int, Int, Int, Int, Int) -> Void) {
        var row = range.lowerBound
        while row < range.upperBound {
            let x = row % width
            let count = min(width - x, range.upperBound - row)
            body(row - range.lowerBound, row / (height * width), row / width % height, x, count)
            row += count
        }
    }

    /// Writes the addresses of the target pixels of some rows.
    func targets(_ range: Range<Int>, of target: Tensor, into table: UnsafeMutablePointer<UnsafePointer<Float>>) {
        forEachLine(range) { row, image, y, x, count in
            let pixel = (image * target.shape.height + first.y + y * targetStep) * target.shape.width + first.x
            var address = UnsafePointer(target.pointer) + (pixel + x * targetStep) * target.pixelStride
            for i in 0..<count {
                table[row + i] = address
                address += targetStep * target.pixelStride
            }
        }
    }

    /// Writes the addresses of the source pixels of some rows under one tap; `outside` where there is none.
    func sources(
        _ range: Range<Int>, of source: Tensor, under tap: Tap, outside: UnsafePointer<Float>,
        into table: UnsafeMutablePointer<UnsafePointer<Float>>
    ) {
        forEachLine(range) { row, image, y, x, count in
            let line = y * step + tap.y
            let left = x * step + tap.x
            let inside = rowsInside(line, left, taps: 1, of: source.shape, count)
            let pixel = (image * source.shape.height + line) * source.shape.width + left
            var address = UnsafePointer(source.pointer) + (pixel + inside.lowerBound * step) * source.pixelStride
            let distance = step * source.pixelStride
            let rows = table + row
            for i in 0..<inside.lowerBound { rows[i] = outside }
            for i in inside {
                rows[i] = address
                address += distance
            }
            for i in inside.upperBound..<count { rows[i] = outside }
        }
    }

    /// Rows, counted from the first of a run, whose pixels all lie inside of the image; the first row has `taps` pixels from
    /// (`line`, `left`) on.
    func rowsInside(_ line: Int, _ left: Int, taps: Int, of shape: Shape, _ count: Int) -> Range<Int> {
        let right = left + taps - 1
        if line < 0 || line >= shape.height || right >= shape.width { return 0..<0 }
        let low = min(count, left < 0 ? divideUp(-left, by: step) : 0)
        let high = min(count, (shape.width - 1 - right) / step + 1)
        return low..<max(low, high)
    }
}
