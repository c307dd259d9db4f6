import Foundation
import Layers

/// Adam with decoupled weight decay: `p ← p·(1 − lr·wd)`; `m ← β₁·m + (1 − β₁)·g`; `v ← β₂·v + (1 − β₂)·g²`;
/// `p ← p − lr · m/(1 − β₁ᵗ) / (√v/√(1 − β₂ᵗ) + ε)`.
///
/// Source: Loshchilov and Hutter, arXiv:1711.05101, in PyTorch's form.
public final class AdamW: Optimizer {
    /// The recipe's word for it.
    public let name = "AdamW"
    /// t of the formula after the last update.
    public var steps = 0
    private let first: FlatBuffer
    private let second: FlatBuffer
    private let beta1: Double
    private let beta2 = 0.999
    private let epsilon: Float = 1e-8

    /// - Parameter beta1: decay of the mean gradient; warm-up does not change it.
    public init(_ weights: Weights, beta1: Double) {
        first = FlatBuffer(count: weights.parameterCount)
        second = FlatBuffer(count: weights.parameterCount)
        self.beta1 = beta1
    }

    /// m and v, under PyTorch's names.
    public var state: [(name: String, buffer: FlatBuffer)] { [("exp_avg", first), ("exp_avg_sq", second)] }

    /// One update; the momentum of `rates` has no part in it. Reads p, g, m and v, writes p, m and v.
    public func step(_ weights: Weights, gradient: FlatBuffer, scale: Float, rates: Rates) {
        steps += 1
        let take1 = Float(1 - beta1)
        let keep2 = Float(beta2)
        let take2 = Float(1 - beta2)
        let correction1 = 1 - pow(beta1, Double(steps))
        let correction2 = Float((1 - pow(beta2, Double(steps))).squareRoot())
        forEachTrainable(weights) { parameter in
            let (rate, decay) = rates.values(for: parameter.kind)
            let size = Float(Double(rate) / correction1)
            let shrink = 1 - rate * decay
            let p = parameter.values
            let g = gradient.pointer + parameter.range.lowerBound
            let m = first.pointer + parameter.range.lowerBound
            let v = second.pointer + parameter.range.lowerBound
            for i in 0..<parameter.range.count {
                let pull = g[i] * scale
                m[i] += take1 * (pull - m[i])
                v[i] = keep2 * v[i] + take2 * pull * pull
                p[i] = p[i] * shrink - size * m[i] / (v[i].squareRoot() / correction2 + epsilon)
            }
        }
    }
}
