import Layers

/// Stochastic gradient descent with Nesterov momentum: `g ← ∇ + wd·p; v ← μ·v + g; p ← p − lr·(g + μ·v)`.
///
/// Source: Sutskever et al., ICML 2013, in PyTorch's form.
public final class SGD: Optimizer {
    /// The recipe's word for it.
    public let name = "SGD"
    /// Updates so far; the rule itself does not depend on them.
    public var steps = 0
    private let velocity: FlatBuffer

    /// At rest: v is 0, so that the first step moves by `lr·(1 + μ)·g`.
    public init(_ weights: Weights) { velocity = FlatBuffer(count: weights.parameterCount) }

    /// v of the formula.
    public var state: [(name: String, buffer: FlatBuffer)] { [("momentum", velocity)] }

    /// One update of every parameter that is not frozen. Reads p, g and v, writes p and v.
    public func step(_ weights: Weights, gradient: FlatBuffer, scale: Float, rates: Rates) {
        steps += 1
        let momentum = Float(rates.momentum)
        forEachTrainable(weights) { parameter in
            let (rate, decay) = rates.values(for: parameter.kind)
            let p = parameter.values
            let g = gradient.pointer + parameter.range.lowerBound
            let v = velocity.pointer + parameter.range.lowerBound
            for i in 0..<parameter.range.count {
                let pull = g[i] * scale + decay * p[i]
                v[i] = momentum * v[i] + pull
                p[i] -= rate * (pull + momentum * v[i])
            }
        }
    }
}
