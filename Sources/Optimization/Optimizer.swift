import Layers
import Tensors

/// An update rule over flat weights.
public protocol Optimizer: AnyObject {
    /// Name as in recipes and reports.
    var name: String { get }
    /// Moves every parameter that is not frozen.
    ///
    /// - Parameters:
    ///   - gradient: laid out as the weights; multiplied by `scale` (clipping) as it is read.
    func step(_ weights: Weights, gradient: FlatBuffer, scale: Float, rates: Rates)
    /// What a checkpoint must hold to continue exactly: buffers laid out as the parameters, by name.
    var state: [(name: String, buffer: FlatBuffer)] { get }
    /// Updates so far.
    var steps: Int { get set }
}

/// Learning rates by kind of parameter, momentum and decay at one step.
public struct Rates: Equatable, Sendable {
    /// Rate of convolution weights.
    public var weight: Double
    /// Rate of BatchNorm weights.
    public var norm: Double
    /// Rate of biases.
    public var bias: Double
    /// μ of SGD; AdamW keeps the β₁ that it was made with.
    public var momentum: Double
    /// Decay of convolution weights; the others have none.
    public var weightDecay: Double

    /// Rates of one step, as `Schedule.rates` makes them.
    public init(weight: Double, norm: Double, bias: Double, momentum: Double, weightDecay: Double) {
        self.weight = weight
        self.norm = norm
        self.bias = bias
        self.momentum = momentum
        self.weightDecay = weightDecay
    }

    /// Rate and decay of a kind.
    func values(for kind: Parameter.Kind) -> (rate: Float, decay: Float) {
        switch kind {
        case .weight: (Float(weight), Float(weightDecay))
        case .norm: (Float(norm), 0)
        case .bias: (Float(bias), 0)
        }
    }
}

/// Calls `body` for every trainable parameter on the compute threads.
func forEachTrainable(_ weights: Weights, _ body: (Parameter) -> Void) {
    let parameters = weights.parameters.filter { !$0.isFrozen }
    parallel(tasks: parameters.count) { body(parameters[$0]) }
    weights.didChange()
}
