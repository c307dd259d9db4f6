/// What follows a convolution.
public enum ActivationFunction: Sendable {
    case identity
    /// `x · sigmoid(x)`.
    case silu
}
