import CHost
import Foundation
import Layers
import Optimization
import Tensors

/// How fast the kernels that compute little move memory, beside what the memory can do.
struct KernelBandwidths: Encodable {
    /// One kernel on maps that no cache holds.
    struct Kernel: Encodable {
        var name: String
        /// Bytes per value of its largest operand; a line that is written without having been read is read first, too.
        var reads: Double
        var writes: Double
        var milliseconds: Double
        var gigabytesPerSecond: Double
        /// Of the memory's bandwidth.
        var share: Double
    }

    /// What it can do at most, in 10⁹ bytes per second.
    var memory: Double
    private(set) var kernels: [Kernel] = []

    /// Measures all of them.
    init() {
        memory = memoryBandwidth()
        measureMaps()
        measureWeights()
    }

    /// A stage of the student at 640 pixels and batch 8: 105 MB, four times the caches that are shared by many cores.
    private static let shape = Shape(8, 320, 320, 32)

    private mutating func measureMaps() {
        let shape = Self.shape
        let y = Tensor(shape, repeating: 0.25), output = Tensor(shape), gradient = Tensor(shape, repeating: 1e-3)
        let ones = [Float](repeating: 1, count: shape.channels)
        let normalization = Normalization(
            mean: ones.map { $0 * 0.2 }, variance: ones, weight: ones, bias: ones, epsilon: 1e-3)
        add("moments", 4, 0) { _ = moments(of: y) }
        add("normalise and activate", 8, 4) { normalizeAndActivate(y, normalization, .silu, adding: nil, into: output) }
        add("  with shortcut", 12, 4) { normalizeAndActivate(y, normalization, .silu, adding: gradient, into: output) }
        let sums = pullActivation(gradient, y: y, normalization, .silu)
        add("back through activation", 8, 4) { _ = pullActivation(gradient, y: y, normalization, .silu) }
        add("back through normalisation", 8, 4) {
            pullNormalization(gradient, y: y, normalization, sums: sums, count: Double(shape.pixels))
        }
        add("copy (joining)", 8, 4) { output.copy(from: y) }
        add("sum (fan-out)", 8, 4) { output.add(y) }
        let small = Tensor(Shape(shape.n, shape.height / 2, shape.width / 2, shape.channels), repeating: 1)
        add("enlarging", 5, 4) { upsample(small, into: output) }
        add("back through enlarging", 5, 1) { pullUpsample(gradient, into: small) }
        var winners: PoolWinners?
        add("pooling 5 x 5, recording", 9, 5) { winners = maximumPool(y, window: 5, into: output, recording: true) }
        if let winners {
            add("back through pooling", 9, 4) { pullMaximumPool(gradient, winners: winners, window: 5, into: output) }
        }
    }

    private mutating func measureWeights() {
        let weights = Weights()
        // As many values as the maps have, in layers of a detector's size.
        let layers = Self.shape.count / (256 * 256)
        for layer in 0..<layers { _ = Layers.Convolution(256, 256, in: weights.scope / "model" / layer) }
        weights.seal(seed: 0)
        weights.gradients.pointer.update(repeating: 1e-3, count: weights.gradients.count)
        let rates = Rates(weight: 1e-4, norm: 1e-4, bias: 1e-4, momentum: 0.9, weightDecay: 1e-4)
        let sgd = SGD(weights)
        add("SGD", 12, 8) { sgd.step(weights, gradient: weights.gradients, scale: 1, rates: rates) }
        let adam = AdamW(weights, beta1: 0.9)
        add("AdamW", 16, 12) { adam.step(weights, gradient: weights.gradients, scale: 1, rates: rates) }
        let average = MovingAverage(of: weights)
        add("moving average", 8, 4) { average.follow(weights) }
        add("gradient norm", 4, 0) { _ = gradientNorm(weights.gradients, of: weights) }
    }

    /// The fastest of several: other programs only ever slow one down.
    private mutating func add(_ name: String, _ reads: Double, _ writes: Double, _ body: () -> Void) {
        let seconds = (0..<5).map { _ in
            let start = chost_seconds()
            body()
            return chost_seconds() - start
        }.min()
        let rate = (reads + writes) * Double(Self.shape.count) / (seconds ?? .infinity) / 1e9
        kernels.append(
            Kernel(
                name: name, reads: reads, writes: writes, milliseconds: (seconds ?? 0) * 1e3,
                gigabytesPerSecond: rate, share: rate / memory))
    }

    /// A table for people.
    var text: String {
        var table = TextTable(["bytes per value", "reads", "writes", "GB/s", "% of memory's"])
        for kernel in kernels {
            table.add(
                [kernel.name]
                    + [kernel.reads, kernel.writes, kernel.gigabytesPerSecond, 100 * kernel.share].map {
                        String(Int($0.rounded()))
                    })
        }
        return "memory moves \(Int(memory.rounded())) GB/s\n\(table)"
    }
}
