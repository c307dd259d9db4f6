/// A 3 × 3 convolution with stride 2 and padding 1, in 81 products per 16 results (see `StridedFilter`).
struct StridedWinograd {
    let source: Tensor
    /// Panels of each plane, `[25][panel][part of the plane][depth][16]`.
    let weights: UnsafePointer<Float>
    let target: Tensor
    var finish: Finish?

    /// Parts of all planes together.
    private static let partCount = 81

    /// Floats that transformed weights take.
    static func weightCount(depth: Int, columns: Int) -> Int { partCount * depth * roundUp(columns, to: 16) }

    /// Transforms the weights of one group, for the time of a call.
    static func withTransformed(
        _ geometry: ConvolutionGeometry, _ weights: UnsafePointer<Float>, _ body: (UnsafePointer<Float>) -> Void
    ) {
        let (inputs, outputs) = geometry.group
        withScratch(floats: weightCount(depth: inputs, columns: outputs)) { planes in
            withScratch(floats: geometry.packedCount) { memory in
                transform(PackedWeights.forward(weights, geometry, taps: Array(0..<9), into: memory), into: planes)
            }
            body(planes)
        }
    }

    /// Transforms packed weights of nine taps.
    static func transform(_ weights: PackedWeights, into planes: UnsafeMutablePointer<Float>) {
        let depth = weights.depth
        let panels = weights.panels
        // The nine lines of nine values, each to its part of its plane.
        let firsts = (0..<25).map { plane in (0..<plane).reduce(0) { $0 + StridedFilter.partCount($1) } }
        let places = (0..<81).map { line in
            let plane = StridedFilter.points[line / 9] * 5 + StridedFilter.points[line % 9]
            let part = StridedFilter.parts[line] - firsts[plane]
            return { (panel: Int) in
                ((firsts[plane] * panels + panel * StridedFilter.partCount(plane)) + part) * depth * 16
            }
        }
        parallel(rowsOf: panels * depth, width: 81 * 16) { range in
            withLines { columns, table in
                for row in range {
                    let (panel, k) = (row / depth, row % depth)
                    for line in 0..<81 { table[line] = planes + places[line](panel) }
                    for half in [0, 8] {
                        let source = weights.pointer + panel * weights.panelSize + k * 16 + half
                        for x in 0..<3 {
                            let tap = { (y: Int) in load8(source + (3 * y + x) * depth * 16) }
                            store(StridedFilter.weights((tap(0), tap(1), tap(2))), columns + 8 * x, 72)
                        }
                        for y in 0..<9 {
                            let line = columns + 72 * y
                            let row = StridedFilter.weights((load8(line), load8(line + 8), load8(line + 16)))
                            StridedFilter.store(row, table + 9 * y, k * 16 + half)
                        }
                    }
                }
            }
        }
    }

    private var depth: Int { source.shape.channels }
    private var columns: Int { roundUp(target.shape.channels, to: 16) }
    private var tiles: WinogradTiles<StridedFilter> {
        WinogradTiles(height: target.shape.height, width: target.shape.width, images: target.shape.n, padding: 1)
    }

    /// Tiles of one task. The weights are many and come from memory, so that they are used often before the second-level
    /// cache counts.
    private var tilesPerTask: Int {
        let cached = 98_304 / (81 * depth + 25 * columns)
        return tiles.taskSize(atMost: max(48, min(cached, divideUp(tiles.count, by: 8))))
    }

    func run() {
        let (tiles, size) = (tiles, tilesPerTask)
        withScratch(floats: depth) { zeros in
            zeros.update(repeating: 0, count: depth)
            parallel(rangesOf: size, in: tiles.count, unit: 6) { run(tiles, $0, outside: zeros) }
        }
    }

    private func run(_ tiles: WinogradTiles<StridedFilter>, _ range: Range<Int>, outside: UnsafePointer<Float>) {
        // The rest of a line more: planes that far apart that they do not fall onto the same places of the cache.
        let inputPlane = range.count * depth + 16
        let outputPlane = range.count * columns + 16
        withScratch(floats: 81 * inputPlane + 25 * outputPlane) { input in
            let output = input + 81 * inputPlane
            transformInput(tiles, range, outside: outside, to: input, plane: inputPlane)
            multiply(input, inputPlane, output, outputPlane, rows: range.count)
            tiles.transformOutput(
                output, plane: outputPlane, stride: columns, range, to: target, adding: false, finish: finish)
        }
    }

    /// Transforms the input under some tiles to `planes[81][tile][depth]`; tiles beyond the last are zero.
    private func transformInput(
        _ tiles: WinogradTiles<StridedFilter>, _ range: Range<Int>, outside: UnsafePointer<Float>,
        to planes: UnsafeMutablePointer<Float>, plane: Int
    ) {
        withRowTable(81) { pixels in
            Self.withLines { columns, table in
                for tile in range {
                    if tile < tiles.count {
                        let (image, y, x) = tiles.place(tile)
                        WinogradTiles<StridedFilter>.findPixels(
                            source, image, 2 * y - 1, 2 * x - 1, size: 9, outside: outside, pixels)
                    } else {
                        for i in 0..<81 { pixels[i] = outside }
                    }
                    let row = planes + (tile - range.lowerBound) * depth
                    for line in 0..<81 { table[line] = row + StridedFilter.parts[line] * plane }
                    for group in stride(from: 0, to: depth, by: 8) {
                        Self.transformInput(RowTable(pixels), min(group, depth - 8), columns, table)
                    }
                }
            }
        }
    }

    @inline(never)
    private static func transformInput(
        _ pixels: RowTable, _ channel: Int, _ columns: UnsafeMutablePointer<Float>,
        _ targets: UnsafePointer<UnsafeMutablePointer<Float>>
    ) {
        for x in 0..<9 {
            let column = StridedFilter.input(
                (
                    load8(pixels[x] + channel), load8(pixels[9 &+ x] + channel), load8(pixels[18 &+ x] + channel),
                    load8(pixels[27 &+ x] + channel), load8(pixels[36 &+ x] + channel),
                    load8(pixels[45 &+ x] + channel), load8(pixels[54 &+ x] + channel),
                    load8(pixels[63 &+ x] + channel), load8(pixels[72 &+ x] + channel)
                ))
            store(column, columns + 8 &* x, 72)
        }
        for y in 0..<9 {
            let line = StridedFilter.input(StridedFilter.load(columns + 72 &* y, 8))
            StridedFilter.store(line, targets + 9 &* y, channel)
        }
    }

    /// A plane's parts are added up as the taps of a product.
    private func multiply(
        _ input: UnsafeMutablePointer<Float>, _ inputPlane: Int, _ output: UnsafeMutablePointer<Float>,
        _ outputPlane: Int, rows: Int
    ) {
        withRowTable(5 * rows) { table in
            let targets = table + 4 * rows
            for row in 0..<rows {
                for part in 0..<4 { table[part * rows + row] = UnsafePointer(input) + part * inputPlane + row * depth }
                targets[row] = UnsafePointer(output) + row * columns
            }
            var firstPart = 0
            for plane in 0..<25 {
                let parts = StridedFilter.partCount(plane)
                let panelSize = parts * depth * 16
                let planeWeights = weights + firstPart * depth * columns
                forEachBlock(taps: parts, depth: depth) { part, blockParts, offset, blockDepth, isFirst in
                    var product = TileProduct(
                        rows: RowTable(table + part * rows), tapStride: rows, taps: blockParts,
                        offset: firstPart * inputPlane + offset, depth: blockDepth, panel: planeWeights,
                        panelStride: depth * 16, targets: RowTable(targets), height: rows, adding: !isFirst)
                    let asksAhead = product.asksAhead(weights: Self.weightCount(depth: depth, columns: columns))
                    for panel in 0..<columns / 16 {
                        product.panel = planeWeights + panel * panelSize + (part * depth + offset) * 16
                        product.targetOffset = plane * outputPlane + panel * 16
                        product.run(next: asksAhead ? product.panel + panelSize : nil)
                    }
                }
                firstPart += parts
            }
        }
    }

    /// Room for 9 × 9 vectors, and for as many addresses.
    private static func withLines(
        _ body: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<UnsafeMutablePointer<Float>>) -> Void
    ) {
        withScratch(floats: 81 * 8 + 2 * 81) { memory in
            (memory + 81 * 8).withMemoryRebound(to: UnsafeMutablePointer<Float>.self, capacity: 81) {
                body(memory, $0)
            }
        }
    }

    @inline(__always)
    private static func store(_ v: StridedFilter.Nine, _ target: UnsafeMutablePointer<Float>, _ stride: Int) {
        store8(v.0, to: target)
        store8(v.1, to: target + stride)
        store8(v.2, to: target + 2 &* stride)
        store8(v.3, to: target + 3 &* stride)
        store8(v.4, to: target + 4 &* stride)
        store8(v.5, to: target + 5 &* stride)
        store8(v.6, to: target + 6 &* stride)
        store8(v.7, to: target + 7 &* stride)
        store8(v.8, to: target + 8 &* stride)
    }
}
