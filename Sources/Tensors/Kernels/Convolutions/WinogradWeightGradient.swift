/// The gradient to the weights of a 3 × 3 convolution with stride 1, in the planes of Winograd's algorithm: each plane
/// is one product, transposed gradient by input, over all tiles.
struct WinogradWeightGradient<Filter: WinogradFilter> {
    let input: Tensor
    let gradient: Tensor
    let padding: Int
    let weightGradient: UnsafeMutablePointer<Float>

    private var depth: Int { input.shape.channels }
    private var outputs: Int { gradient.shape.channels }
    private var panels: Int { divideUp(depth, by: 16) }
    private var strips: Int { divideUp(outputs, by: 6) }
    /// Floats of all planes of the sums, `[plane][outputs][depth]`, filled up to whole register tiles.
    private var sumCount: Int { Filter.planes * strips * 6 * panels * 16 }

    private var tiles: WinogradTiles<Filter> {
        WinogradTiles(
            height: gradient.shape.height, width: gradient.shape.width, images: gradient.shape.n, padding: padding)
    }

    func run() {
        if tiles.count == 0 { return }
        withScratch(floats: max(depth, outputs)) { zeros in
            zeros.update(repeating: 0, count: max(depth, outputs))
            if depth * outputs <= 2304 { sumInSegments(outside: zeros) } else { sumInPlanes(outside: zeros) }
        }
    }

    /// Few channels: every task sums some tiles for itself, with all values in its second-level cache.
    private func sumInSegments(outside: UnsafePointer<Float>) {
        let tiles = tiles
        let size = max(12, min(48, 131_072 / (Filter.planes * (depth + outputs))))
        let segments = max(1, min(16, tiles.count / (4 * size)))
        let perSegment = roundUp(divideUp(tiles.count, by: segments), to: size)
        withScratch(floats: segments * sumCount) { sums in
            parallel(tasks: segments) { segment in
                let sum = sums + segment * sumCount
                let start = segment * perSegment
                let end = min(start + perSegment, tiles.count)
                if start >= end { sum.update(repeating: 0, count: sumCount) }
                withPlanes(size) { planes in
                    for first in stride(from: start, to: end, by: size) {
                        let count = min(size, end - first)
                        transform(tiles, first, 0..<count, planes, outside)
                        for plane in 0..<Filter.planes { multiply(planes, plane, count, sum, adding: first > start) }
                    }
                }
            }
            transformBack(sums, segments: segments)
        }
    }

    /// Many channels: all tasks transform some tiles, then each multiplies some planes.
    private func sumInPlanes(outside: UnsafePointer<Float>) {
        let tiles = tiles
        let chunks = divideUp(tiles.count, by: 384)
        let size = divideUp(tiles.count, by: chunks)
        withScratch(floats: sumCount) { sums in
            withPlanes(size) { planes in
                for first in stride(from: 0, to: tiles.count, by: size) {
                    let count = min(size, tiles.count - first)
                    parallel(tasks: divideUp(count, by: 8)) { task in
                        transform(tiles, first, task * 8..<min(task * 8 + 8, count), planes, outside)
                    }
                    parallel(tasks: Filter.planes) { multiply(planes, $0, count, sums, adding: first > 0) }
                }
            }
            transformBack(sums, segments: 1)
        }
    }

    /// Room for the transformed values of up to `capacity` tiles.
    private struct Planes {
        /// `[plane][panel][tile][16]`
        let input: UnsafeMutablePointer<Float>
        let inputPlane: Int
        /// `[plane][tile][outputs]`
        let gradient: UnsafeMutablePointer<Float>
        let gradientPlane: Int
        let capacity: Int
        /// Floats from one tile's gradient to the next.
        let row: Int
    }

    private func withPlanes(_ capacity: Int, _ body: (Planes) -> Void) {
        let row = strips * 6
        let inputPlane = panels * capacity * 16 + 16
        let gradientPlane = roundUp(capacity * row + 16, to: 16)
        withScratch(floats: Filter.planes * (inputPlane + gradientPlane)) { memory in
            body(
                Planes(
                    input: memory, inputPlane: inputPlane, gradient: memory + Filter.planes * inputPlane,
                    gradientPlane: gradientPlane, capacity: capacity, row: row))
        }
    }

    private func transform(
        _ tiles: WinogradTiles<Filter>, _ first: Int, _ range: Range<Int>, _ planes: Planes,
        _ outside: UnsafePointer<Float>
    ) {
        let absolute = first + range.lowerBound..<first + range.upperBound
        tiles.transformInput(
            input, absolute, outside: outside, to: planes.input + range.lowerBound * 16, plane: planes.inputPlane
        ) { tile, c in (c / 16 * planes.capacity + tile) * 16 + c % 16 }
        tiles.transformGradient(
            gradient, absolute, outside: outside, to: planes.gradient + range.lowerBound * planes.row,
            plane: planes.gradientPlane
        ) { tile, c in tile * planes.row + c }
    }

    private func multiply(
        _ planes: Planes, _ plane: Int, _ count: Int, _ sums: UnsafeMutablePointer<Float>, adding: Bool
    ) {
        let columns = panels * 16
        withRowTable(2 * strips * 6) { table in
            let targets = table + strips * 6
            for o in 0..<strips * 6 {
                table[o] = UnsafePointer(planes.gradient) + plane * planes.gradientPlane + o
                targets[o] = UnsafePointer(sums) + (plane * strips * 6 + o) * columns
            }
            var product = TileProduct(
                rows: RowTable(table), step: planes.row, depth: count, panel: planes.input, targets: RowTable(targets),
                height: strips * 6, adding: adding)
            for panel in 0..<panels {
                product.panel = UnsafePointer(planes.input) + plane * planes.inputPlane + panel * planes.capacity * 16
                product.targetOffset = panel * 16
                product.run()
            }
        }
    }

    /// Adds up the segments and adds `Gᵀ · sum · G` to the weights' gradient.
    private func transformBack(_ sums: UnsafeMutablePointer<Float>, segments: Int) {
        let columns = panels * 16
        let plane = strips * 6 * columns
        parallel(rowsOf: outputs, width: Filter.planes * columns) { range in
            for o in range {
                for c in stride(from: 0, to: depth, by: 8) {
                    let place = sums + o * columns + c
                    for segment in 1..<max(segments, 1) {
                        for i in 0..<Filter.planes {
                            let sum = load8(place + i * plane) + load8(place + segment * sumCount + i * plane)
                            store8(sum, to: place + i * plane)
                        }
                    }
                    transformBack(place, plane, to: weightGradient + o * 9 * depth + c)
                }
            }
        }
    }

    private func transformBack(
        _ place: UnsafePointer<Float>, _ plane: Int, to target: UnsafeMutablePointer<Float>
    ) {
        let size = Filter.size
        withUnsafeTemporaryAllocation(of: SIMD8<Float>.self, capacity: 3 * size) { columns in
            for x in 0..<size {
                let column = place + x &* plane
                Filter.weightGradient({ load8(column + size &* $0 &* plane) }) { columns[size &* $0 &+ x] = $1 }
            }
            for y in 0..<3 {
                Filter.weightGradient({ columns[size &* y &+ $0] }) {
                    let pointer = target + (3 &* y &+ $0) &* depth
                    store8(load8(pointer) + $1, to: pointer)
                }
            }
        }
    }
}
