extension WinogradTiles {
    /// Transforms products `planes[size · size][tile][stride]` back to the results of some tiles.
    func transformOutput(
        _ planes: UnsafePointer<Float>, plane: Int, stride rowStride: Int, _ range: Range<Int>, to target: Tensor,
        adding: Bool, finish: Finish?
    ) {
        let side = Filter.side
        let channels = target.shape.channels
        let writer = TileWriter<Filter>(adding: adding, finish: finish)
        withScratch(floats: roundUp(channels, to: 16) + 8 * Filter.size * side + 2 * side * side) { sink in
            // Adding to what lies there must not meet slow or infinite numbers.
            sink.update(repeating: 0, count: channels)
            let columns = sink + roundUp(channels, to: 16)
            (columns + 8 * Filter.size * side).withMemoryRebound(to: UnsafePointer<Float>.self, capacity: side * side) {
                table in
                for tile in range where tile < count {
                    let (image, y, x) = place(tile)
                    Self.findPixels(target, image, y, x, size: side, outside: UnsafePointer(sink), table)
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
private struct TileWriter<Filter: MinimalFilter> {
    let adding: Bool
    let finish: Finish?

    func transform(
        _ source: UnsafePointer<Float>, _ plane: Int, _ columns: UnsafeMutablePointer<Float>, to pixels: RowTable,
        channel: Int, overlap: Int
    ) {
        if let finish {
            let bias = load8(finish.bias + channel)
            switch finish.activation {
            case .silu: Self.transform(source, plane, columns, to: pixels, channel, BiasAndSiLU(bias: bias))
            case .identity: Self.transform(source, plane, columns, to: pixels, channel, Bias(bias: bias))
            default:
                let last = BiasAndActivation(bias: bias, activation: finish.activation)
                Self.transform(source, plane, columns, to: pixels, channel, last)
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
        let (size, side) = (Filter.size, Filter.side)
        for x in 0..<size {
            Filter.results(source + x &* plane, size &* plane) { store8($1, to: columns + 8 &* (size &* $0 &+ x)) }
        }
        for y in 0..<side {
            let pixels = pixels + side &* y
            Filter.results(columns + 8 &* size &* y, 8) {
                last.put($1, to: UnsafeMutablePointer(mutating: pixels[$0] + channel))
            }
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
        store8(silu(sum), to: pixel)
    }
}

private struct BiasAndActivation: LastStep {
    let bias: SIMD8<Float>
    let activation: ActivationFunction
    @inline(__always)
    func put(_ value: SIMD8<Float>, to pixel: UnsafeMutablePointer<Float>) {
        store8(activation(value + bias), to: pixel)
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
