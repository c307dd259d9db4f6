import Tensors

/// What all convolution blocks of a model have in common and no weight says.
public struct ConvStyle: Hashable, Sendable {
    /// What follows the normalisation.
    public var activation: ActivationFunction
    /// Added to BatchNorm's variances.
    public var epsilon: Double
    /// Share of a step's statistics in BatchNorm's running ones.
    public var momentum: Double

    /// What is not given is as in the reference's detection models.
    public init(activation: ActivationFunction = .silu, epsilon: Double = 1e-3, momentum: Double = 0.03) {
        self.activation = activation
        self.epsilon = epsilon
        self.momentum = momentum
    }
}
