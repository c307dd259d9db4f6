/// A 3 × 3 convolution with stride 1, or its gradient to the input, by Winograd's algorithm.
struct WinogradConvolution<Filter: WinogradFilter> {
    let source: Tensor
    let padding: Int
    /// Panels of each plane, `[plane][panel][depth][16]`.
    let weights: UnsafePointer<Float>
    let target: Tensor
    /// Whether to add to what the target holds.
    var adding = false
    var finish: Finish?

    /// Floats that transformed weights take.
    static func weightCount(depth: Int, columns: Int) -> Int { Filter.planes * depth * roundUp(columns, to: 16) }

    /// Transforms packed weights of nine taps.
    static func transform(_ weights: PackedWeights, into planes: UnsafeMutablePointer<Float>) {
        let depth = weights.depth
        let plane = weights.panels * depth * 16
        parallel(rowsOf: weights.panels * depth, width: Filter.planes * 16) { range in
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
        let size = Filter.size
        withUnsafeTemporaryAllocation(of: SIMD8<Float>.self, capacity: 3 * size) { columns in
            for x in 0..<3 {
                Filter.weights({ load8(source + (3 &* $0 &+ x) &* tapStride) }) { columns[3 &* $0 &+ x] = $1 }
            }
            for y in 0..<size {
                let target = target + size &* y &* plane
                Filter.weights({ columns[3 &* y &+ $0] }) { store8($1, to: target + $0 &* plane) }
            }
        }
    }

    private var depth: Int { source.shape.channels }
    private var columns: Int { roundUp(target.shape.channels, to: 16) }
    private var tiles: WinogradTiles<Filter> {
        WinogradTiles(
            height: target.shape.height, width: target.shape.width, images: target.shape.n, padding: padding)
    }

    /// Tiles of one task: their planes should stay in the second-level cache, yet use the weights often enough.
    private var tilesPerTask: Int {
        let cached = 65_536 / (Filter.planes * (depth + columns))
        let balanced = divideUp(tiles.count, by: 8)
        return tiles.taskSize(atMost: max(12, min(cached, balanced)))
    }

    func run() {
        let (tiles, size) = (tiles, tilesPerTask)
        withScratch(floats: depth) { zeros in
            zeros.update(repeating: 0, count: depth)
            parallel(rangesOf: size, in: tiles.count, unit: 6) { run(tiles, $0, outside: zeros) }
        }
    }

    private func run(_ tiles: WinogradTiles<Filter>, _ range: Range<Int>, outside: UnsafePointer<Float>) {
        // The rest of a line more: planes that far apart that they do not fall onto the same places of the cache.
        let inputPlane = range.count * depth + 16
        let outputPlane = range.count * columns + 16
        withScratch(floats: Filter.planes * (inputPlane + outputPlane)) { input in
            let output = input + Filter.planes * inputPlane
            tiles.transformInput(source, range, outside: outside, to: input, plane: inputPlane) { $0 * depth + $1 }
            multiply(input, inputPlane, output, outputPlane, rows: range.count)
            tiles.transformOutput(
                output, plane: outputPlane, stride: columns, range, to: target, adding: adding, finish: finish)
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
            for plane in 0..<Filter.planes {
                forEachBlock(taps: 1, depth: depth) { _, _, offset, blockDepth, isFirst in
                    var product = TileProduct(
                        rows: RowTable(table), offset: plane * inputPlane + offset, depth: blockDepth, panel: weights,
                        targets: RowTable(table + rows), height: rows, adding: !isFirst)
                    let asksAhead = product.asksAhead(weights: Self.weightCount(depth: depth, columns: columns))
                    for panel in 0..<columns / 16 {
                        product.panel = weights + ((plane * columns / 16 + panel) * depth + offset) * 16
                        product.targetOffset = plane * outputPlane + panel * 16
                        product.run(next: asksAhead ? product.panel + depth * 16 : nil)
                    }
                }
            }
        }
    }
}
