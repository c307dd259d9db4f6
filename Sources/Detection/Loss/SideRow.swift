import Tensors

/// The four side distributions of one anchor.
struct SideRow {
    private let logits: UnsafePointer<Float>
    /// Sixteen of each side.
    private var probabilities = SIMD64<Float>()
    /// Distances to left, top, right and bottom.
    private(set) var means = SIMD4<Float>()
    private var logSums = SIMD4<Float>()

    init(_ logits: UnsafePointer<Float>) {
        self.logits = logits
        for side in 0..<4 {
            let (low, high, mean, logSum) = SideDistances.distribution(logits + side * SideDistances.bins)
            means[side] = mean
            logSums[side] = logSum
            withUnsafeMutableBytes(of: &probabilities) { bytes in
                bytes.storeBytes(of: low, toByteOffset: side * 64, as: SIMD8<Float>.self)
                bytes.storeBytes(of: high, toByteOffset: side * 64 + 32, as: SIMD8<Float>.self)
            }
        }
    }

    /// Eight probabilities of a side: of its lower bins, or of its upper.
    @inline(__always)
    private func half(_ side: Int, upper: Bool) -> SIMD8<Float> {
        withUnsafeBytes(of: probabilities) {
            $0.loadUnaligned(fromByteOffset: side * 64 + (upper ? 32 : 0), as: SIMD8<Float>.self)
        }
    }

    /// Adds the derivative by the logits of a function with these derivatives by the means.
    func addMeanGradient(_ slope: SIMD4<Float>, to gradient: UnsafeMutablePointer<Float>) {
        for side in 0..<4 {
            let row = gradient + side * SideDistances.bins
            let low = slope[side] * half(side, upper: false) * (SideDistances.low - means[side])
            let high = slope[side] * half(side, upper: true) * (SideDistances.high - means[side])
            store8(load8(row) + low, to: row)
            store8(load8(row + 8) + high, to: row + 8)
        }
    }

    /// Cross-entropy with distances that lie between two bins each, averaged over the sides.
    func crossEntropy(_ distances: SIMD4<Float>) -> Float {
        var sum: Float = 0
        for side in 0..<4 {
            let bin = Int(distances[side])
            let low = Float(bin + 1) - distances[side]
            let row = logits + side * SideDistances.bins + bin
            sum += low * (logSums[side] - row[0]) + (1 - low) * (logSums[side] - row[1])
        }
        return sum / 4
    }

    /// Adds `factor` times the derivative of `crossEntropy`.
    func addCrossEntropyGradient(
        _ distances: SIMD4<Float>, factor: Float, to gradient: UnsafeMutablePointer<Float>
    ) {
        let quarter = factor / 4
        for side in 0..<4 {
            let row = gradient + side * SideDistances.bins
            store8(load8(row) + quarter * half(side, upper: false), to: row)
            store8(load8(row + 8) + quarter * half(side, upper: true), to: row + 8)
            let bin = Int(distances[side])
            let low = Float(bin + 1) - distances[side]
            row[bin] -= quarter * low
            row[bin + 1] -= quarter * (1 - low)
        }
    }
}
