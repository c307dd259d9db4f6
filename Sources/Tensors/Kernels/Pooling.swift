/// Largest value of every `window` × `window` neighbourhood (stride 1, same size out; outside counts as −∞).
///
/// Returns the place of the winner in its window, row by row, the first one on ties, when `recording`. NaN wins, so that
/// it is not lost.
public func maximumPool(_ x: Tensor, window: Int, into output: Tensor, recording: Bool) -> [UInt8] {
    precondition(window * window <= 255 && window % 2 == 1, "window \(window)")
    let shape = x.shape
    let reach = window / 2
    let channels = shape.channels
    var winners = [UInt8](repeating: 0, count: recording ? shape.count : 0)
    winners.withUnsafeMutableBufferPointer { winners in
        let winners = Writable(winners)
        parallel(tasks: shape.n * shape.height) { row in
            let top = row - row % shape.height
            let y = row % shape.height
            for xPosition in 0..<shape.width {
                let pixel = row * shape.width + xPosition
                forEachVector(channels) { c, width in
                    var best = SIMD8<Float>(repeating: -.infinity)
                    // The middle is always inside, also where nothing is larger than −∞.
                    var place = SIMD8<Int32>(repeating: Int32(reach * window + reach))
                    for dy in max(0, y - reach)...min(shape.height - 1, y + reach) {
                        for dx in max(0, xPosition - reach)...min(shape.width - 1, xPosition + reach) {
                            let source = x.pointer + ((top + dy) * shape.width + dx) * x.pixelStride + c
                            let value = load(source, width)
                            let wins = (value .> best) .| (value .!= value)
                            best.replace(with: value, where: wins)
                            let code = Int32((dy - y + reach) * window + dx - xPosition + reach)
                            place.replace(with: SIMD8(repeating: code), where: wins)
                        }
                    }
                    store(best, to: output.pointer + pixel * output.pixelStride + c, width)
                    if recording {
                        for lane in 0..<width {
                            winners.buffer[pixel * channels + c + lane] = UInt8(truncatingIfNeeded: place[lane])
                        }
                    }
                }
            }
        }
    }
    return winners
}

/// Adds each gradient to the position that won its window.
public func pullMaximumPool(_ gradient: Tensor, winners: [UInt8], window: Int, into inputGradient: Tensor) {
    let shape = gradient.shape
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

/// A buffer that tasks write disjoint parts of.
struct Writable<Element>: @unchecked Sendable {
    let buffer: UnsafeMutableBufferPointer<Element>
    init(_ buffer: UnsafeMutableBufferPointer<Element>) { self.buffer = buffer }
}
