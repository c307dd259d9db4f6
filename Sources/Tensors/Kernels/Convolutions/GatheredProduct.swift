import CHost

/// A convolution, or its gradient to the input, as products whose left rows are pixels where they stand in memory.
struct GatheredProduct {
    let map: PixelMap
    let source: Tensor
    let weights: PackedWeights
    let target: Tensor
    /// Whether to add to what the target holds.
    var adding = false
    var finish: Finish?

    /// Rows (pixels of the target) of all images.
    private var rows: Int { source.shape.n * map.height * map.width }

    /// Rows of one task: their pixels, on both sides, should stay in the second-level cache.
    private var rowsPerTask: Int {
        let floatsPerRow = source.shape.channels * min(map.step * map.step, map.taps.count) + target.shape.channels
        let cached = 49_152 / floatsPerRow
        return roundUp(max(24, min(cached, divideUp(rows, by: 16), 384)), to: 6)
    }

    func run() {
        if rows == 0 || target.shape.channels == 0 { return }
        if map.taps.isEmpty { return clear() }
        let size = rowsPerTask
        withScratch(floats: source.shape.channels) { zeros in
            zeros.update(repeating: 0, count: source.shape.channels)
            parallel(rangesOf: size, in: rows, unit: 6) { run($0.clamped(to: 0..<rows), outside: zeros) }
        }
    }

    private func run(_ range: Range<Int>, outside: UnsafePointer<Float>) {
        let height = roundUp(range.count, to: 6)
        let taps = map.taps.count
        withRowTable((taps + 1) * height) { table in
            let targets = table + taps * height
            map.targets(range, of: target, into: targets)
            fill(targets, range.count, height)
            if map.copiesPixels(channels: source.shape.channels) {
                let depth = taps * source.shape.channels
                withScratch(floats: height * depth) { copies in
                    map.copyPixels(range, of: source, stride: depth, into: copies, addresses: table)
                    fill(table, range.count, height)
                    multiply(RowTable(table), taps: 1, depth: depth, RowTable(targets), range.count)
                }
            } else {
                for (i, tap) in map.taps.enumerated() {
                    map.sources(range, of: source, under: tap, outside: outside, into: table + i * height)
                    fill(table + i * height, range.count, height)
                }
                multiply(RowTable(table), taps: taps, depth: source.shape.channels, RowTable(targets), range.count)
            }
            finish?.apply(RowTable(targets), count: range.count, channels: target.shape.channels)
        }
    }

    /// Fills a table up to a whole number of register tiles.
    private func fill(_ table: UnsafeMutablePointer<UnsafePointer<Float>>, _ count: Int, _ height: Int) {
        for row in count..<height { table[row] = table[0] }
    }

    private func multiply(_ table: RowTable, taps: Int, depth: Int, _ targets: RowTable, _ count: Int) {
        let height = roundUp(count, to: 6)
        forEachBlock(taps: taps, depth: depth) { tap, blockTaps, offset, blockDepth, isFirst in
            var product = TileProduct(
                rows: table + tap * height, tapStride: height, taps: blockTaps, offset: offset, depth: blockDepth,
                panel: weights.pointer, panelStride: depth * 16, targets: targets, height: count,
                adding: adding || !isFirst)
            let asksAhead = product.asksAhead(weights: weights.count)
            for panel in 0..<weights.panels {
                product.panel = UnsafePointer(weights.pointer) + panel * weights.panelSize + (tap * depth + offset) * 16
                product.targetOffset = panel * 16
                product.width = min(16, weights.columns - panel * 16)
                product.run(next: asksAhead ? product.panel + weights.panelSize : nil) { tile in
                    if panel == 0 && tile.height > 6 { fetchNext(tile) }
                }
            }
        }
    }

    /// Asks for the pixels of the tile after this one. Six short rows at once are too little for a processor to foresee, and
    /// each of their lines would be waited for.
    @inline(__always)
    private func fetchNext(_ product: TileProduct) {
        for tap in 0..<product.taps {
            let rows = product.rows + (tap &* product.tapStride &+ 6)
            for row in 0..<6 {
                let pixel = rows[row] + product.offset
                for value in stride(from: 0, to: product.depth, by: 16) { chost_prefetch(pixel + value) }
            }
        }
    }

    /// No tap reaches these pixels.
    private func clear() {
        if adding { return }
        withRowTable(rows) { table in
            map.targets(0..<rows, of: target, into: table)
            for row in 0..<rows {
                UnsafeMutablePointer(mutating: table[row]).update(repeating: 0, count: target.shape.channels)
            }
        }
    }
}

/// Splits a sum over taps and depth into parts whose panel stays in the first-level cache:
/// `body(tap, taps, offset, depth, isFirst)`.
func forEachBlock(taps: Int, depth: Int, _ body: (Int, Int, Int, Int, Bool) -> Void) {
    let limit = 384
    if depth > limit {
        let size = roundUp(divideUp(depth, by: divideUp(depth, by: limit)), to: 8)
        for tap in 0..<taps {
            for offset in stride(from: 0, to: depth, by: size) {
                body(tap, 1, offset, min(size, depth - offset), tap == 0 && offset == 0)
            }
        }
    } else {
        let size = divideUp(taps, by: divideUp(taps, by: max(1, limit / depth)))
        for tap in stride(from: 0, to: taps, by: size) { body(tap, min(size, taps - tap), 0, depth, tap == 0) }
    }
}
