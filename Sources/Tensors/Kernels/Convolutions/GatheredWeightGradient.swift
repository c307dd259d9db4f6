/// The gradient to the weights of any convolution without groups, as one product over pixels: transposed gradient by
/// gathered input. A column is an (input channel, tap) pair.
///
/// The work is a fixed grid: segments of pixels, each with its own sum, times groups of columns.
struct GatheredWeightGradient {
    let input: Tensor
    let gradient: Tensor
    let map: PixelMap
    /// `[outputs][taps][inputs]`
    let weightGradient: UnsafeMutablePointer<Float>

    private var channels: Int { input.shape.channels }
    private var outputs: Int { gradient.shape.channels }
    private var columns: Int { map.taps.count * channels }
    private var panels: Int { divideUp(columns, by: 16) }
    private var strips: Int { divideUp(outputs, by: 6) }
    private var pixels: Int { gradient.shape.pixels }
    /// Pixels that are packed and multiplied at a time.
    private let blockSize = 192
    /// Floats of a row of copied pixels, where pixels are too short to be used where they are; else 0.
    private var copiedRow: Int { map.copiesPixels(channels: channels) ? panels * 16 : 0 }
    /// Floats of a packed strip: six outputs for every pixel of a block, and what the last store may write over.
    private var stripSize: Int { blockSize * 6 + 16 }

    func run() {
        if pixels == 0 || columns == 0 { return }
        let panelsPerGroup =
            copiedRow > 0 ? panels : max(3, divideUp(panels, by: max(1, outputs * panels * 16 / 32_768)))
        let groups = divideUp(panels, by: panelsPerGroup)
        let segments = max(1, min(divideUp(16, by: groups), pixels / (2 * blockSize)))
        let perSegment = roundUp(divideUp(pixels, by: segments), to: blockSize)
        let size = outputs * columns
        withScratch(floats: channels) { zeros in
            zeros.update(repeating: 0, count: channels)
            withScratch(floats: segments * size) { sums in
                parallel(tasks: segments * groups) { task in
                    let segment = task / groups
                    let start = min(segment * perSegment, pixels)
                    let group = task % groups
                    run(
                        start..<min(start + perSegment, pixels),
                        group * panelsPerGroup..<min((group + 1) * panelsPerGroup, panels), zeros,
                        to: sums + segment * size)
                }
                parallel(rowsOf: outputs, width: columns * segments) { range in
                    for segment in 0..<segments {
                        addValues(
                            weightGradient + range.lowerBound * columns,
                            sums + segment * size + range.lowerBound * columns, count: range.count * columns)
                    }
                }
            }
        }
    }

    /// Sums over some pixels for some panels of columns.
    private func run(
        _ range: Range<Int>, _ panels: Range<Int>, _ outside: UnsafePointer<Float>,
        to sum: UnsafeMutablePointer<Float>
    ) {
        if range.isEmpty { return clear(panels, sum) }
        let taps = panels.lowerBound * 16 / channels..<min(panels.upperBound * 16 - 1, columns - 1) / channels + 1
        let tableSize = taps.count * blockSize
        withScratch(floats: strips * stripSize + blockSize * (16 + copiedRow)) { packed in
            let panelMemory = packed + strips * stripSize
            withRowTable(tableSize + 2 * strips * 6) { table in
                for row in 0..<strips * 6 {
                    table[tableSize + row] = UnsafePointer(packed) + row / 6 * stripSize + row % 6
                    table[tableSize + strips * 6 + row] = UnsafePointer(sum) + min(row, outputs - 1) * columns
                }
                for start in stride(from: range.lowerBound, to: range.upperBound, by: blockSize) {
                    let block = start..<min(start + blockSize, range.upperBound)
                    packGradient(block, into: packed)
                    findPixels(block, taps, outside, table, copies: panelMemory + blockSize * 16)
                    for panel in panels {
                        packInput(RowTable(table), firstTap: taps.lowerBound, panel, block.count, into: panelMemory)
                        multiply(
                            RowTable(table + tableSize), panelMemory, panel, depth: block.count,
                            adding: start > range.lowerBound)
                    }
                }
            }
        }
    }

    /// Writes the addresses of the pixels under some taps, or of copies of all taps' pixels, into the table.
    private func findPixels(
        _ block: Range<Int>, _ taps: Range<Int>, _ outside: UnsafePointer<Float>,
        _ table: UnsafeMutablePointer<UnsafePointer<Float>>, copies: UnsafeMutablePointer<Float>
    ) {
        if copiedRow > 0 {
            return map.copyPixels(block, of: input, stride: copiedRow, into: copies, addresses: table)
        }
        for tap in taps {
            let rows = table + (tap - taps.lowerBound) * blockSize
            map.sources(block, of: input, under: map.taps[tap], outside: outside, into: rows)
        }
    }

    private func clear(_ panels: Range<Int>, _ sum: UnsafeMutablePointer<Float>) {
        let range = panels.lowerBound * 16..<min(panels.upperBound * 16, columns)
        for o in 0..<outputs { (sum + o * columns + range.lowerBound).update(repeating: 0, count: range.count) }
    }

    /// `[strip][pixel][6]`
    private func packGradient(_ block: Range<Int>, into packed: UnsafeMutablePointer<Float>) {
        for (i, pixel) in block.enumerated() {
            let source = gradient.pointer + pixel &* gradient.pixelStride
            var target = packed + i &* 6
            var o = 0
            while o &+ 8 <= outputs {
                // Eight instead of six: the next pixel writes over the last two.
                store8(load8(source + o), to: target)
                o &+= 6
                target += stripSize
            }
            while o < outputs {
                var j = 0
                if outputs - o >= 4 {
                    let four = UnsafeRawPointer(source + o).loadUnaligned(as: SIMD4<Float>.self)
                    UnsafeMutableRawPointer(target).storeBytes(of: four, as: SIMD4<Float>.self)
                    j = 4
                }
                while j < min(6, outputs - o) {
                    target[j] = source[o + j]
                    j &+= 1
                }
                o &+= 6
                target += stripSize
            }
        }
    }

    /// `[pixel][16]`
    private func packInput(
        _ table: RowTable, firstTap: Int, _ panel: Int, _ count: Int, into packed: UnsafeMutablePointer<Float>
    ) {
        var column = panel * 16
        let end = min(column + 16, columns)
        var place = 0
        if copiedRow > 0 { return pack(table, channel: column, into: packed, count) }
        while column < end {
            let tap = column / channels
            let channel = column % channels
            let width = min(channels - channel, end - column)
            let rows = table + (tap - firstTap) * blockSize
            if width == 16 {
                pack(rows, channel: channel, into: packed, count)
            } else {
                for i in 0..<count {
                    for j in 0..<width { packed[i &* 16 &+ place &+ j] = rows[i][channel &+ j] }
                }
            }
            column += width
            place += width
        }
    }

    @inline(__always)
    private func pack(_ rows: RowTable, channel: Int, into packed: UnsafeMutablePointer<Float>, _ count: Int) {
        for i in 0..<count {
            let source = rows[i] + channel
            store8(load8(source), to: packed + i &* 16)
            store8(load8(source + 8), to: packed + (i &* 16 + 8))
        }
    }

    private func multiply(
        _ rows: RowTable, _ panelMemory: UnsafePointer<Float>, _ panel: Int, depth: Int,
        adding: Bool
    ) {
        TileProduct(
            rows: rows, step: 6, depth: depth, panel: panelMemory, targets: rows + strips * 6, targetOffset: panel * 16,
            height: outputs, width: min(16, columns - panel * 16), adding: adding
        ).run()
    }
}
