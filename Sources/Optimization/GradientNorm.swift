import Layers
import Tensors

/// L2 norm of the trainable parameters' gradients, added up in Double in an order that depends on the model only.
///
/// Not finite when any gradient is not. Reads every gradient once.
public func gradientNorm(_ gradient: FlatBuffer, of weights: Weights) -> Double {
    let parameters = weights.parameters.filter { !$0.isFrozen }
    let partial = FlatBufferOfDoubles(count: parameters.count)
    parallel(tasks: parameters.count) { index in
        let range = parameters[index].range
        var sums = SIMD4<Double>()
        var i = range.lowerBound
        while i + 4 <= range.upperBound {
            let p = gradient.pointer + i
            let g = SIMD4(Double(p[0]), Double(p[1]), Double(p[2]), Double(p[3]))
            sums += g * g
            i += 4
        }
        var sum = sums.sum()
        while i < range.upperBound {
            sum += Double(gradient.pointer[i]) * Double(gradient.pointer[i])
            i += 1
        }
        partial.pointer[index] = sum
    }
    return partial.values.reduce(0, +).squareRoot()
}

/// Factor that brings a gradient of this norm to at most `limit`, as the reference clips.
public func clippingScale(norm: Double, limit: Double) -> Double { min(1, limit / (norm + 1e-6)) }

/// Doubles that tasks write one each of.
private final class FlatBufferOfDoubles: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<Double>
    private let count: Int

    init(count: Int) {
        self.count = count
        pointer = .allocate(capacity: max(count, 1))
        pointer.initialize(repeating: 0, count: max(count, 1))
    }

    deinit { pointer.deallocate() }

    var values: [Double] { Array(UnsafeBufferPointer(start: pointer, count: count)) }
}
