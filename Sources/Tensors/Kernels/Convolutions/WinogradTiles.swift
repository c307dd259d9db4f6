import CHost

/// The square tiles that cover the results of a 3 × 3 convolution, and how values get into and out of the planes in which
/// they are multiplied.
struct WinogradTiles<Filter: MinimalFilter> {
    /// Extent of the results.
    let height: Int
    let width: Int
    let images: Int
    /// Zeros around the image that the kernel slides over.
    let padding: Int

    var across: Int { divideUp(width, by: Filter.side) }
    var perImage: Int { divideUp(height, by: Filter.side) * across }
    var count: Int { images * perImage }

    /// Tiles of one of several tasks of equal size, in whole register tiles.
    func taskSize(atMost limit: Int) -> Int {
        max(6, roundUp(divideUp(count, by: max(1, divideUp(count, by: limit))), to: 6))
    }

    /// Image, and first result, of a tile.
    @inline(__always)
    func place(_ tile: Int) -> (image: Int, y: Int, x: Int) {
        let inImage = tile % perImage
        return (tile / perImage, inImage / across * Filter.side, inImage % across * Filter.side)
    }

    /// Writes the addresses of the `size` × `size` pixels from (`y`, `x`) on; `outside` where there is none.
    @inline(__always)
    static func findPixels(
        _ tensor: Tensor, _ image: Int, _ y: Int, _ x: Int, size: Int, outside: UnsafePointer<Float>,
        _ table: UnsafeMutablePointer<UnsafePointer<Float>>
    ) {
        let shape = tensor.shape
        let first = UnsafePointer(tensor.pointer)
        if y >= 0 && x >= 0 && y &+ size <= shape.height && x &+ size <= shape.width {
            var line = first + ((image &* shape.height &+ y) &* shape.width &+ x) &* tensor.pixelStride
            for row in 0..<size {
                for column in 0..<size { table[row &* size &+ column] = line + column &* tensor.pixelStride }
                line += shape.width &* tensor.pixelStride
            }
            return
        }
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

    /// Asks for the pixels that the tile to the right reads first, at one line's worth of channels: the products of a task
    /// have pushed them out of the second-level cache.
    @inline(__always)
    static func fetchNext(_ table: RowTable, _ channel: Int, _ distance: Int, size: Int, overlap: Int) {
        for row in 0..<size {
            for column in overlap..<size { chost_prefetch(table[row &* size &+ column] + (channel &+ distance)) }
        }
    }
}

extension WinogradTiles where Filter: WinogradFilter {
    /// Transforms the input under some tiles to `planes[…][tile][channels]`; tiles beyond the last are zero.
    ///
    /// `place(tile, channel)` is where eight values of a tile go, in a plane.
    @inline(__always)
    func transformInput(
        _ tensor: Tensor, _ range: Range<Int>, outside: UnsafePointer<Float>, to planes: UnsafeMutablePointer<Float>,
        plane: Int, place: (Int, Int) -> Int
    ) {
        let size = Filter.size
        transform(tensor, range, size: size, before: padding, outside: outside) { tile, c, table, columns in
            if c % 16 == 0 {
                Self.fetchNext(table, c, Filter.side &* tensor.pixelStride, size: size, overlap: size - Filter.side)
            }
            Self.transformInput(table, c, columns, planes + place(tile, c), plane)
        }
    }

    /// Transforms the gradient to the results of some tiles, as `transformInput` does the input.
    @inline(__always)
    func transformGradient(
        _ tensor: Tensor, _ range: Range<Int>, outside: UnsafePointer<Float>, to planes: UnsafeMutablePointer<Float>,
        plane: Int, place: (Int, Int) -> Int
    ) {
        let side = Filter.side
        transform(tensor, range, size: side, before: 0, outside: outside) { tile, c, table, columns in
            if c % 16 == 0 { Self.fetchNext(table, c, side &* tensor.pixelStride, size: side, overlap: 0) }
            Self.transformGradient(table, c, columns, planes + place(tile, c), plane)
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
        withRowTable(5 * Filter.planes) { table in
            let columns = UnsafeMutableRawPointer(table + Filter.planes).assumingMemoryBound(to: Float.self)
            for tile in range {
                if tile < count {
                    let (image, y, x) = place(tile)
                    Self.findPixels(tensor, image, y - before, x - before, size: size, outside: outside, table)
                } else {
                    for i in 0..<size * size { table[i] = outside }
                }
                for group in stride(from: 0, to: channels, by: 8) {
                    body(tile - range.lowerBound, min(group, channels - 8), RowTable(table), columns)
                }
            }
        }
    }

    @inline(never)
    private static func transformInput(
        _ table: RowTable, _ channel: Int, _ columns: UnsafeMutablePointer<Float>,
        _ target: UnsafeMutablePointer<Float>, _ plane: Int
    ) {
        let size = Filter.size
        for x in 0..<size {
            Filter.input({ load8(table[size &* $0 &+ x] + channel) }) {
                store8($1, to: columns + 8 &* (size &* $0 &+ x))
            }
        }
        for y in 0..<size {
            let line = columns + 8 &* size &* y
            let target = target + size &* y &* plane
            Filter.input({ load8(line + 8 &* $0) }) { store8($1, to: target + $0 &* plane) }
        }
    }

    @inline(never)
    private static func transformGradient(
        _ table: RowTable, _ channel: Int, _ columns: UnsafeMutablePointer<Float>,
        _ target: UnsafeMutablePointer<Float>, _ plane: Int
    ) {
        let (size, side) = (Filter.size, Filter.side)
        for x in 0..<side {
            Filter.outputGradient({ load8(table[side &* $0 &+ x] + channel) }) {
                store8($1, to: columns + 8 &* (side &* $0 &+ x))
            }
        }
        for y in 0..<size {
            let line = columns + 8 &* side &* y
            let target = target + size &* y &* plane
            Filter.outputGradient({ load8(line + 8 &* $0) }) { store8($1, to: target + $0 &* plane) }
        }
    }
}
