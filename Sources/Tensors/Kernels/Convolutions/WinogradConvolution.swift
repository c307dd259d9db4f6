/// A 3 × 3 convolution with stride 1, or its gradient to the input, in 36 products per 16 results.
struct WinogradConvolution {
    let source: Tensor
    let padding: Int
    /// Panels of each plane, `[36][panel][depth][16]`.
    let weights: UnsafePointer<Float>
    let target: Tensor
    /// Whether to add to what the target holds.
    var adding = false
    var finish: Finish?

    /// Floats that transformed weights take.
    static func weightCount(depth: Int, columns: Int) -> Int { 36 * depth * roundUp(columns, to: 16) }

    /// Transforms packed weights of nine taps.
    static func transform(_ weights: PackedWeights, into planes: UnsafeMutablePointer<Float>) {
        let depth = weights.depth
        let plane = weights.panels * depth * 16
        parallel(rowsOf: weights.panels * depth, width: 36 * 16) { range in
            for row in range {
                for half in [0, 8] {
                    let (panel, k) = (row / depth, row % depth)
                    let source = weights.pointer + panel * weights.panelSize + k * 16 + half
                    transform(source, tapStride: depth * 16, to: planes + row * 16 + half, plane: plane)
                }
            }
        }
    }

    private static func transform(
        _ source: UnsafePointer<Float>, tapStride: Int, to target: UnsafeMutablePointer<Float>, plane: Int
    ) {
        func column(_ x: Int) -> Winograd.Six {
            Winograd.weights(
                (
                    load8(source + x &* tapStride), load8(source + (x &+ 3) &* tapStride),
                    load8(source + (x &+ 6) &* tapStride)
                ))
        }
        let (a, b, c) = (column(0), column(1), column(2))
        Winograd.store(Winograd.weights((a.0, b.0, c.0)), target, plane)
        Winograd.store(Winograd.weights((a.1, b.1, c.1)), target + 6 &* plane, plane)
        Winograd.store(Winograd.weights((a.2, b.2, c.2)), target + 12 &* plane, plane)
        Winograd.store(Winograd.weights((a.3, b.3, c.3)), target + 18 &* plane, plane)
        Winograd.store(Winograd.weights((a.4, b.4, c.4)), target + 24 &* plane, plane)
        Winograd.store(Winograd.weights((a.5, b.5, c.5)), target + 30 &* plane, plane)
    }

    private var depth: Int { source.shape.channels }
    private var columns: Int { roundUp(target.shape.channels, to: 16) }
    private var tiles: WinogradTiles {
        WinogradTiles(
            height: target.shape.height, width: target.shape.width, images: target.shape.n, padding: padding)
    }

    /// Tiles of one task: their 36 planes should stay in the second-level cache, yet use the weights often enough.
    private var tilesPerTask: Int {
        let cached = 65_536 / (36 * (depth + columns))
        let balanced = divideUp(tiles.count, by: 8)
        return tiles.taskSize(atMost: max(12, min(cached, balanced)))
    }

    func run() {
        let (tiles, size) = (tiles, tilesPerTask)
        withScratch(floats: depth) { zeros in
            zeros.update(repeating: 0, count: depth)
            parallel(tasks: divideUp(tiles.count, by: size)) { task in
                run(tiles, task * size..<(task + 1) * size, outside: zeros)
            }
        }
    }

    private func run(_ tiles: WinogradTiles, _ range: Range<Int>, outside: UnsafePointer<Float>) {
        // The rest of a line more: planes that far apart that they do not fall onto the same places of the cache.
        let inputPlane = range.count * depth + 16
        let outputPlane = range.count * columns + 16
        withScratch(floats: 36 * (inputPlane + outputPlane)) { input in
            let output = input + 36 * inputPlane
            tiles.transformInput(source, range, outside: outside, to: input, plane: inputPlane) { $0 * depth + $1 }
            multiply(input, inputPlane, output, outputPlane, rows: range.count)
            tiles.transformOutput(
                Winograd.self, output, plane: outputPlane, stride: columns, range, to: target, adding: adding,
                finish: finish)
        }
    }

    private func multiply(
        _ input: UnsafeMutablePointer<Float>, _ inputPlane: Int, _ output: UnsafeMutablePointer<Float>,
        _ outputPlane: Int, rows: Int
    ) {
        withRowTable(2 * rows) { table in
            for row in 0..<rows {
                table[row] = UnsafePointer(input) + row * depth
                table[rows + row] = UnsafePointer(output) + row * columns
            }
            let (tilesHigh, weightCount) = (divideUp(rows, by: 6), 36 * depth * columns)
            for plane in 0..<36 {
                forEachBlock(taps: 1, depth: depth) { _, _, offset, blockDepth, isFirst in
                    var product = TileProduct(
                        rows: RowTable(table), offset: plane * inputPlane + offset, depth: blockDepth, panel: weights,
                        targets: RowTable(table + rows), adding: !isFirst)
                    for panel in 0..<columns / 16 {
                        product.panel = weights + ((plane * columns / 16 + panel) * depth + offset) * 16
                        product.targetOffset = plane * outputPlane + panel * 16
                        for row in stride(from: 0, to: rows, by: 6) {
                            product.rows = RowTable(table + row)
                            product.ask(
                                for: product.panel + depth * 16, part: row / 6, of: tilesHigh, weights: weightCount)
                            product.targets = RowTable(table + rows + row)
                            multiplyTile(product)
                        }
                    }
                }
            }
        }
    }
}
