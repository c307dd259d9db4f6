/// Functions of one value that a prepared convolution can apply as it writes its result.
public enum ActivationFunction: Sendable {
    /// `x`
    case identity
    /// `x · sigmoid(x)`
    case silu
}
