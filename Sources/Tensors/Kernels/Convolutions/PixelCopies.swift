/// Copies of pixels: where pixels are too short for the kernel, those of all taps are put behind each other.
extension PixelMap {
    /// Whether pixels of so many channels should be copied.
    func copiesPixels(channels: Int) -> Bool { channels < 8 && taps.count > 1 }

    /// Taps whose pixels follow each other in memory: the first of them and their number.
    private func runs(contiguous: Bool) -> [(first: Tap, count: Int)] {
        var runs: [(first: Tap, count: Int)] = []
        for tap in taps {
            if contiguous, let last = runs.last, tap.y == last.first.y, tap.x == last.first.x + last.count {
                runs[runs.count - 1].count += 1
            } else {
                runs.append((tap, 1))
            }
        }
        return runs
    }

    /// Writes the values of all taps of some rows, `stride` floats from row to row, and their addresses to `table`.
    func copyPixels(
        _ range: Range<Int>, of source: Tensor, stride: Int, into copies: UnsafeMutablePointer<Float>,
        addresses table: UnsafeMutablePointer<UnsafePointer<Float>>
    ) {
        var place = 0
        for run in runs(contiguous: source.isContiguous) {
            forEachLine(range) { row, image, y, x, count in
                let line = y * step + run.first.y
                let left = x * step + run.first.x
                let target = copies + (row * stride + place)
                let pixels =
                    source.pointer + (image * source.shape.height + line) * source.shape.width * source.pixelStride
                let whole = rowsInside(line, left, taps: run.count, of: source.shape, count)
                copyRuns(
                    pixels + (left + whole.lowerBound * step) * source.pixelStride, step * source.pixelStride,
                    length: run.count * source.shape.channels, whole.count, to: target + whole.lowerBound * stride,
                    stride)
                let width = line >= 0 && line < source.shape.height ? source.shape.width : 0
                for i in 0..<whole.lowerBound {
                    copyPixels(pixels, left + i * step, run.count, width, source, to: target + i * stride)
                }
                for i in whole.upperBound..<count {
                    copyPixels(pixels, left + i * step, run.count, width, source, to: target + i * stride)
                }
            }
            place += run.count * source.shape.channels
        }
        for row in 0..<range.count { table[row] = UnsafePointer(copies) + row * stride }
    }

    /// Copies `length` values `count` times, `distance` floats further every time.
    private func copyRuns(
        _ source: UnsafePointer<Float>, _ distance: Int, length: Int, _ count: Int,
        to target: UnsafeMutablePointer<Float>, _ stride: Int
    ) {
        var (source, target) = (source, target)
        for _ in 0..<count {
            var i = 0
            while i &+ 8 < length {
                store8(load8(source + i), to: target + i)
                i &+= 8
            }
            if length >= 8 {
                store8(load8(source + (length - 8)), to: target + (length - 8))
            } else {
                while i < length {
                    target[i] = source[i]
                    i &+= 1
                }
            }
            source += distance
            target += stride
        }
    }

    /// Copies `count` pixels from `left` on of a line of `width` pixels; those outside are zero.
    private func copyPixels(
        _ line: UnsafePointer<Float>, _ left: Int, _ count: Int, _ width: Int, _ source: Tensor,
        to target: UnsafeMutablePointer<Float>
    ) {
        let channels = source.shape.channels
        for j in 0..<count {
            let inside = left + j >= 0 && left + j < width
            for c in 0..<channels {
                target[j * channels + c] = inside ? line[(left + j) * source.pixelStride + c] : 0
            }
        }
    }
}
