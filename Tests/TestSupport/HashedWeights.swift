import Foundation
import Layers
import Tensors

/// Fills a model with the deterministic numbers that the expected sums of the model specification belong to.
public func fillWithHashes(_ weights: Weights, gain: Double) {
    for (k, entry) in weights.entries.enumerated() {
        let name = entry.name
        if name.contains("dfl") || name.hasSuffix("num_batches_tracked") { continue }
        let isHeadBias = entry.shape.count == 1 && name.hasSuffix(".2.bias")
        if isHeadBias { continue }
        let fanIn = Double(entry.shape.dropFirst().reduce(1, *))
        let numbers = (0..<entry.count).map { j -> Float in
            let u = Double(hash(j, k)) / 4_294_967_296
            if entry.shape.count == 4 { return Float((2 * u - 1) * (3 / fanIn).squareRoot() * gain) }
            if name.hasSuffix("bn.weight") { return Float(0.9 + 0.2 * u) }
            if name.hasSuffix("bn.bias") { return Float(0.2 * u - 0.1) }
            if name.hasSuffix("running_mean") { return Float(0.1 * u - 0.05) }
            return Float(0.8 + 0.4 * u)
        }
        weights.write(entry, numbers)
    }
}

/// The specification's hash of an element `j` of the entry `k`.
public func hash(_ j: Int, _ k: Int) -> UInt32 {
    var h =
        UInt32(truncatingIfNeeded: j) &* 2_654_435_761 &+ UInt32(truncatingIfNeeded: k) &* 2_246_822_519
        &+ 374_761_393
    h ^= h >> 15
    h = h &* 2_246_822_519
    h ^= h >> 13
    h = h &* 3_266_489_917
    return h ^ (h >> 16)
}

/// `x[b, y, x, c] = 0.5 + 0.5 · sin(0.1x + 0.2y + c + 0.7b)`.
public func wavyImage(_ shape: Shape) -> Tensor {
    var values: [Float] = []
    for b in 0..<shape.n {
        for y in 0..<shape.height {
            for x in 0..<shape.width {
                for c in 0..<shape.channels {
                    let phase = 0.1 * Double(x) + 0.2 * Double(y) + Double(c) + 0.7 * Double(b)
                    values.append(Float(0.5 + 0.5 * sin(phase)))
                }
            }
        }
    }
    return Tensor(shape, values)
}
