/// A convolution in which every channel sees itself only: `groups = inputs = outputs`.
struct DepthwiseConvolution {
    let geometry: ConvolutionGeometry

    private var taps: Int { geometry.kernelHeight * geometry.kernelWidth }

    /// Weights as `[tap][channels]`, channels filled up to a multiple of eight.
    private func withTransposed(_ weights: UnsafePointer<Float>, _ body: (UnsafeMutablePointer<Float>, Int) -> Void) {
        let channels = geometry.inputs
        let row = roundUp(channels, to: 8)
        withScratch(floats: taps * row) { transposed in
            for tap in 0..<taps {
                for c in 0..<row { transposed[tap * row + c] = c < channels ? weights[c * taps + tap] : 0 }
            }
            body(transposed, row)
        }
    }

    /// Sums over the taps of every map, forward or backward.
    func run(
        _ maps: [PixelMap], _ source: Tensor, weights: UnsafePointer<Float>, into target: Tensor, adding: Bool,
        finish: Finish? = nil
    ) {
        withTransposed(weights) { transposed, row in
            withScratch(floats: row) { zeros in
                zeros.update(repeating: 0, count: row)
                for map in maps {
                    let pixels = source.shape.n * map.height * map.width
                    parallel(rowsOf: pixels, width: row * max(1, map.taps.count)) { range in
                        run(map, range, source, transposed, row, zeros, into: target, adding: adding, finish: finish)
                    }
                }
            }
        }
    }

    private func run(
        _ map: PixelMap, _ range: Range<Int>, _ source: Tensor, _ weights: UnsafePointer<Float>, _ row: Int,
        _ zeros: UnsafePointer<Float>, into target: Tensor, adding: Bool, finish: Finish?
    ) {
        let count = range.count
        withRowTable((map.taps.count + 1) * count) { table in
            let targets = table + map.taps.count * count
            map.targets(range, of: target, into: targets)
            for (i, tap) in map.taps.enumerated() {
                map.sources(range, of: source, under: tap, outside: zeros, into: table + i * count)
            }
            for i in 0..<count {
                let result = UnsafeMutablePointer(mutating: targets[i])
                forEachVector(geometry.inputs) { c, width in
                    var sum = adding ? load(result + c, width) : SIMD8()
                    for (j, tap) in map.taps.enumerated() {
                        sum.addProduct(load(table[j * count + i] + c, width), load8(weights + tap.weight * row + c))
                    }
                    if let finish { sum = finish(sum, channel: c) }
                    store(sum, to: result + c, width)
                }
            }
        }
    }

    /// Adds the gradient to the weights; every task owns eight channels.
    func runBackwardWeights(
        _ input: Tensor, _ gradient: Tensor, _ map: PixelMap, into weightGradient: UnsafeMutablePointer<Float>
    ) {
        let channels = geometry.inputs
        let pixels = gradient.shape.pixels
        withScratch(floats: roundUp(channels, to: 8)) { zeros in
            zeros.update(repeating: 0, count: channels)
            parallel(tasks: divideUp(channels, by: 8) * taps) { task in
                let tap = task % taps
                let c = task / taps * 8
                let width = min(8, channels - c)
                var sum = SIMD8<Float>()
                let block = 512
                withRowTable(block) { table in
                    for start in stride(from: 0, to: pixels, by: block) {
                        let range = start..<min(start + block, pixels)
                        map.sources(range, of: input, under: map.taps[tap], outside: zeros, into: table)
                        var part = SIMD8<Float>()
                        for pixel in range {
                            let value = load(gradient.pointer + pixel * gradient.pixelStride + c, width)
                            part.addProduct(value, load(table[pixel - start] + c, width))
                        }
                        sum += part
                    }
                }
                for i in 0..<width { weightGradient[(c + i) * taps + tap] += sum[i] }
            }
        }
    }
}
