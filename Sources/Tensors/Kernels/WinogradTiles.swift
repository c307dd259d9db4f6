/// The tiles of 4 × 4 pixels that cover the results of a 3 × 3 convolution, and how values get into and out of the 36
/// planes in which they are multiplied.
struct WinogradTiles {
    /// Extent of the results.
    let height: Int
    let width: Int
    let images: Int
    /// Zeros around the image that the kernel slides over.
    let padding: Int

    var across: Int { divideUp(width, by: 4) }
    var perImage: Int { divideUp(height, by: 4) * across }
    var count: Int { images * perImage }

    /// Image, and first result, of a tile.
    @inline(__always)
    func place(_ tile: Int) -> (image: Int, y: Int, x: Int) {
        let inImage = tile % perImage
        return (tile / perImage, inImage / across * 4, inImage % across * 4)
    }

    /// Addresses of the `size` × `size` pixels from (`y`, `x`) on; `outside` where there is none.
    @inline(__always)
    private func pixels(
        _ tensor: Tensor, _ image: Int, _ y: Int, _ x: Int, size: Int, outside: UnsafePointer<Float>,
        _ table: UnsafeMutablePointer<UnsafePointer<Float>>
    ) {
        let shape = tensor.shape
        let first = UnsafePointer(tensor.pointer)
        for row in 0..<size {
            let line = y &+ row
            let inside = line >= 0 && line < shape.height
            for column in 0..<size {
                let place = x &+ column
                let pixel = (image &* shape.height &+ line) &* shape.width &+ place
                table[row &* size &+ column] =
                    inside && place >= 0 && place < shape.width ? first + pixel &* tensor.pixelStride : outside
            }
        }
    }

    /// Calls `body(tile, channel, addresses, scratch)` for every eight channels of some tiles, with the addresses of the
    /// tile's `size` × `size` pixels, which begin `before` pixels before its results.
    @inline(__always)
    private func transform(
        _ tensor: Tensor, _ range: Range<Int>, size: Int, before: Int, outside: UnsafePointer<Float>,
        _ body: (Int, Int, RowTable, UnsafeMutablePointer<Float>) -> Void
    ) {
        let channels = tensor.shape.channels
        withRowTable(36 + 144) { table in
            let columns = UnsafeMutableRawPointer(table + 36).assumingMemoryBound(to: Float.self)
            for tile in range {
                if tile < count {
                    let (image, y, x) = place(tile)
                    pixels(tensor, image, y - before, x - before, size: size, outside: outside, table)
                } else {
                    for i in 0..<size * size { table[i] = outside }
                }
                for group in stride(from: 0, to: channels, by: 8) {
                    body(tile - range.lowerBound, min(group, channels - 8), RowTable(table), columns)
                }
            }
        }
    }

    /// Transforms the input under some tiles to `planes[36][…][tile][channels]`; tiles beyond the last are zero.
    ///
    /// `place(tile, channel)` is where eight values of a tile go, in a plane.
    @inline(__always)
    func transformInput(
        _ tensor: Tensor, _ range: Range<Int>, outside: UnsafePointer<Float>, to planes: UnsafeMutablePointer<Float>,
        plane: Int, place: (Int, Int) -> Int
    ) {
        transform(tensor, range, size: 6, before: padding, outside: outside) { tile, c, table, columns in
            Self.transformInput(table, c, columns, planes + place(tile, c), plane)
        }
    }

    @inline(never)
    private static func transformInput(
        _ table: RowTable, _ channel: Int, _ columns: UnsafeMutablePointer<Float>,
        _ target: UnsafeMutablePointer<Float>, _ plane: Int
    ) {
        for x in 0..<6 {
            let column = Winograd.input(
                (
                    load8(table[x] + channel), load8(table[6 &+ x] + channel), load8(table[12 &+ x] + channel),
                    load8(table[18 &+ x] + channel), load8(table[24 &+ x] + channel), load8(table[30 &+ x] + channel)
                ))
            Winograd.store(column, columns + 8 &* x, 48)
        }
        for y in 0..<6 {
            let line = Winograd.input(Winograd.load(columns + 48 &* y, 8))
            Winograd.store(line, target + 6 &* y &* plane, plane)
        }
    }

    /// Transforms the gradient to the results of some tiles, as `transformInput` does the input.
    @inline(__always)
    func transformGradient(
        _ tensor: Tensor, _ range: Range<Int>, outside: UnsafePointer<Float>, to planes: UnsafeMutablePointer<Float>,
        plane: Int, place: (Int, Int) -> Int
    ) {
        transform(tensor, range, size: 4, before: 0, outside: outside) { tile, c, table, columns in
            Self.transformGradient(table, c, columns, planes + place(tile, c), plane)
        }
    }

    @inline(never)
    private static func transformGradient(
        _ table: RowTable, _ channel: Int, _ columns: UnsafeMutablePointer<Float>,
        _ target: UnsafeMutablePointer<Float>, _ plane: Int
    ) {
        for x in 0..<4 {
            let column = Winograd.outputGradient(
                (
                    load8(table[x] + channel), load8(table[4 &+ x] + channel), load8(table[8 &+ x] + channel),
                    load8(table[12 &+ x] + channel)
                ))
            Winograd.store(column, columns + 8 &* x, 32)
        }
        for y in 0..<6 {
            let line = columns + 32 &* y
            let transformed = Winograd.outputGradient(
                (load8(line), load8(line + 8), load8(line + 16), load8(line + 24)))
            Winograd.store(transformed, target + 6 &* y &* plane, plane)
        }
    }

    /// Transforms products `planes[36][tile][stride]` back to the results of some tiles.
    func transformOutput(
        _ planes: UnsafePointer<Float>, plane: Int, stride rowStride: Int, _ range: Range<Int>, to target: Tensor,
        adding: Bool, finish: Finish?
    ) {
        let channels = target.shape.channels
        let writer = WinogradWriter(adding: adding, finish: finish)
        withScratch(floats: roundUp(channels, to: 16) + 192 + 32) { sink in
            // Adding to what lies there must not meet slow or infinite numbers.
            sink.update(repeating: 0, count: channels)
            let columns = sink + roundUp(channels, to: 16)
            (columns + 192).withMemoryRebound(to: UnsafePointer<Float>.self, capacity: 16) { table in
                for tile in range where tile < count {
                    let (image, y, x) = place(tile)
                    pixels(target, image, y, x, size: 4, outside: UnsafePointer(sink), table)
                    for group in stride(from: 0, to: channels, by: 8) {
                        let c = min(group, channels - 8)
                        let source = planes + (tile - range.lowerBound) * rowStride + c
                        writer.transform(source, plane, columns, to: RowTable(table), channel: c, overlap: group - c)
                    }
                }
            }
        }
    }
}

/// Transforms products back and writes the results of one tile.
private struct WinogradWriter {
    let adding: Bool
    let finish: Finish?

    func transform(
        _ source: UnsafePointer<Float>, _ plane: Int, _ columns: UnsafeMutablePointer<Float>, to pixels: RowTable,
        channel: Int, overlap: Int
    ) {
        if let finish {
            let bias = load8(finish.bias + channel)
            if finish.activation == .silu {
                Self.transform(source, plane, columns, to: pixels, channel, BiasAndSiLU(bias: bias))
            } else {
                Self.transform(source, plane, columns, to: pixels, channel, Bias(bias: bias))
            }
        } else if adding {
            // The first `overlap` channels were written before.
            let written = SIMD8<Int32>(0, 1, 2, 3, 4, 5, 6, 7) .< Int32(overlap)
            Self.transform(source, plane, columns, to: pixels, channel, Addition(written: written))
        } else {
            Self.transform(source, plane, columns, to: pixels, channel, Plain())
        }
    }

    @inline(__always)
    private static func transform<Last: LastStep>(
        _ source: UnsafePointer<Float>, _ plane: Int, _ columns: UnsafeMutablePointer<Float>, to pixels: RowTable,
        _ channel: Int, _ last: Last
    ) {
        for x in 0..<6 {
            let column = Winograd.output(Winograd.load(source + x &* plane, 6 &* plane))
            store8(column.0, to: columns + 8 &* x)
            store8(column.1, to: columns + (48 + 8 &* x))
            store8(column.2, to: columns + (96 + 8 &* x))
            store8(column.3, to: columns + (144 + 8 &* x))
        }
        for y in 0..<4 {
            let line = Winograd.output(Winograd.load(columns + 48 &* y, 8))
            let pixels = pixels + 4 &* y
            last.put(line.0, to: UnsafeMutablePointer(mutating: pixels[0] + channel))
            last.put(line.1, to: UnsafeMutablePointer(mutating: pixels[1] + channel))
            last.put(line.2, to: UnsafeMutablePointer(mutating: pixels[2] + channel))
            last.put(line.3, to: UnsafeMutablePointer(mutating: pixels[3] + channel))
        }
    }
}

/// What happens to eight values of a pixel on their way to memory. Types instead of a closure, so that each is compiled
/// into the loop: a call per vector cost as much as the transform.
private protocol LastStep {
    func put(_ value: SIMD8<Float>, to pixel: UnsafeMutablePointer<Float>)
}

private struct Plain: LastStep {
    @inline(__always)
    func put(_ value: SIMD8<Float>, to pixel: UnsafeMutablePointer<Float>) { store8(value, to: pixel) }
}

private struct Bias: LastStep {
    let bias: SIMD8<Float>
    @inline(__always)
    func put(_ value: SIMD8<Float>, to pixel: UnsafeMutablePointer<Float>) { store8(value + bias, to: pixel) }
}

private struct BiasAndSiLU: LastStep {
    let bias: SIMD8<Float>
    @inline(__always)
    func put(_ value: SIMD8<Float>, to pixel: UnsafeMutablePointer<Float>) {
        let sum = value + bias
        store8(sum * sigmoid(sum), to: pixel)
    }
}

private struct Addition: LastStep {
    /// Lanes that must not be added again.
    let written: SIMDMask<SIMD8<Int32>>
    @inline(__always)
    func put(_ value: SIMD8<Float>, to pixel: UnsafeMutablePointer<Float>) {
        store8(load8(pixel) + value.replacing(with: 0, where: written), to: pixel)
    }
}
