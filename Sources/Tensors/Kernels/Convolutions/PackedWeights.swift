/// Weights as panels of 16 columns, `[panel][tap][depth][16]`, the last panel filled up with zeros: the right side of
/// every tile product.
struct PackedWeights {
    let taps: Int
    let depth: Int
    let columns: Int
    let pointer: UnsafeMutablePointer<Float>

    var panels: Int { divideUp(columns, by: 16) }
    var panelSize: Int { taps * depth * 16 }
    var count: Int { panels * panelSize }

    static func count(taps: Int, depth: Int, columns: Int) -> Int { taps * depth * roundUp(columns, to: 16) }

    /// Packs some taps of the weights of one group, `[outputs][taps][inputs]`, for sums over inputs: a column is an output.
    static func forward(
        _ weights: UnsafePointer<Float>, _ geometry: ConvolutionGeometry, taps: [Int],
        into memory: UnsafeMutablePointer<Float>
    ) -> PackedWeights {
        let (inputs, outputs) = geometry.group
        let packed = PackedWeights(taps: taps.count, depth: inputs, columns: outputs, pointer: memory)
        parallel(rowsOf: packed.panels, width: packed.panelSize) { panels in
            for panel in panels {
                let width = min(16, outputs - panel * 16)
                for (i, tap) in taps.enumerated() {
                    let source = weights + (panel * 16 * geometry.taps + tap) * inputs
                    let target = memory + panel * packed.panelSize + i * inputs * 16
                    transpose(source, rows: width, stride: geometry.taps * inputs, columns: inputs, into: target)
                }
            }
        }
        return packed
    }

    /// Packs some taps of the weights of one group, `[outputs][taps][inputs]`, for sums over outputs: a column is an input.
    static func backward(
        _ weights: UnsafePointer<Float>, _ geometry: ConvolutionGeometry, taps: [Int],
        into memory: UnsafeMutablePointer<Float>
    ) -> PackedWeights {
        let (inputs, outputs) = geometry.group
        let packed = PackedWeights(taps: taps.count, depth: outputs, columns: inputs, pointer: memory)
        parallel(rowsOf: packed.panels, width: packed.panelSize) { panels in
            for panel in panels {
                let width = min(16, inputs - panel * 16)
                for (i, tap) in taps.enumerated() {
                    for output in 0..<outputs {
                        let source = weights + (output * geometry.taps + tap) * inputs + panel * 16
                        let target = memory + panel * packed.panelSize + (i * outputs + output) * 16
                        if width == 16 {
                            store8(load8(source), to: target)
                            store8(load8(source + 8), to: target + 8)
                        } else {
                            for j in 0..<16 { target[j] = j < width ? source[j] : 0 }
                        }
                    }
                }
            }
        }
        return packed
    }

    /// `target[column][0..<16] = source[row][column]`, zero for rows that do not exist.
    private static func transpose(
        _ source: UnsafePointer<Float>, rows: Int, stride: Int, columns: Int,
        into target: UnsafeMutablePointer<Float>
    ) {
        for row in 0..<16 {
            if row < rows {
                for column in 0..<columns { target[column * 16 + row] = source[row * stride + column] }
            } else {
                for column in 0..<columns { target[column * 16 + row] = 0 }
            }
        }
    }
}
