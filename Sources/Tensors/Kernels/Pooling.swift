/// Which value of its window won, for every value of a pooled map: its number in the window, row by row.
public struct PoolWinners: Sendable {
    private let bytes: Tensor

    fileprivate init(_ shape: Shape) { bytes = Tensor(Shape(1, 1, 1, (shape.count + 3) / 4)) }

    fileprivate var pointer: UnsafeMutablePointer<UInt8> {
        UnsafeMutableRawPointer(bytes.pointer).assumingMemoryBound(to: UInt8.self)
    }
}

/// Largest value of every `window` × `window` neighbourhood (stride 1, same size out; outside counts as −∞).
///
/// Returns the winners, the first one on ties, when `recording`. NaN wins, so that it is not lost. Reads the map once from
/// memory and `window`² times from the cache, writes the result, and a byte per value when recording.
public func maximumPool(_ x: Tensor, window: Int, into output: Tensor, recording: Bool) -> PoolWinners? {
    precondition(window * window <= 255 && window % 2 == 1, "window \(window)")
    let winners = recording ? PoolWinners(x.shape) : nil
    parallel(tasks: x.shape.n * x.shape.height) { row in
        poolRow(row, of: x, window: window, into: output, winners?.pointer)
    }
    return winners
}

/// One row of one image.
private func poolRow(
    _ row: Int, of x: Tensor, window: Int, into output: Tensor, _ winners: UnsafeMutablePointer<UInt8>?
) {
    let (shape, reach) = (x.shape, window / 2)
    let (top, y) = (row - row % shape.height, row % shape.height)
    for column in 0..<shape.width {
        let pixel = row * shape.width + column
        forEachVector(shape.channels) { c, width in
            var best = SIMD8<Float>(repeating: -.infinity)
            // The middle is always inside, also where nothing is larger than −∞.
            var place = SIMD8<Int32>(repeating: Int32(reach * window + reach))
            for dy in max(0, y - reach)...min(shape.height - 1, y + reach) {
                for dx in max(0, column - reach)...min(shape.width - 1, column + reach) {
                    let value = load(x.pointer + ((top + dy) * shape.width + dx) * x.pixelStride + c, width)
                    let wins = (value .> best) .| (value .!= value)
                    best.replace(with: value, where: wins)
                    let code = Int32((dy - y + reach) * window + dx - column + reach)
                    place.replace(with: SIMD8(repeating: code), where: wins)
                }
            }
            store(best, to: output.pointer + pixel * output.pixelStride + c, width)
            guard let winners else { return }
            let codes = SIMD8<UInt8>(truncatingIfNeeded: place)
            for lane in 0..<width { winners[pixel * shape.channels + c + lane] = codes[lane] }
        }
    }
}

/// Adds each gradient to the position that won its window: reads the gradient and a byte per value, reads and writes the
/// input's gradient at the winners.
public func pullMaximumPool(_ gradient: Tensor, winners: PoolWinners, window: Int, into inputGradient: Tensor) {
    let shape = gradient.shape
    let winners = winners.pointer
    let reach = window / 2
    // An image's rows overlap, so images are the tasks.
    parallel(tasks: shape.n) { image in
        for y in 0..<shape.height {
            for x in 0..<shape.width {
                let pixel = (image * shape.height + y) * shape.width + x
                let source = gradient.pointer + pixel * gradient.pixelStride
                for c in 0..<shape.channels {
                    let code = Int(winners[pixel * shape.channels + c])
                    let row = y + code / window - reach
                    let column = x + code % window - reach
                    let winner = (image * shape.height + row) * shape.width + column
                    inputGradient.pointer[winner * inputGradient.pixelStride + c] += source[c]
                }
            }
        }
    }
}
