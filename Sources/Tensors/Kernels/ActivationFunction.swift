/// Functions of one value that a convolution can apply as it writes its result.
///
/// Source: the formulas of `torch.nn`'s activations of these names.
public enum ActivationFunction: Hashable, Sendable {
    /// `x`
    case identity
    /// `x · sigmoid(x)`
    case silu
    /// `max(x, 0)`
    case relu
    /// `x` where it is positive, `slope · x` elsewhere
    case leakyReLU(slope: Float)
    /// `x · clamp(x / 6 + ½, 0, 1)`
    case hardSwish

    /// The function of each lane.
    @inline(__always)
    func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> {
        switch self {
        case .identity: x
        case .silu: x / onePlusExponential(ofMinus: x)
        case .relu: x.replacing(with: 0, where: x .< 0)
        case .leakyReLU(let slope): x.replacing(with: x * slope, where: x .< 0)
        case .hardSwish: x * Self.gate(x)
        }
    }

    /// The derivative at each lane.
    @inline(__always)
    func derivative(at x: SIMD8<Float>) -> SIMD8<Float> {
        switch self {
        case .identity: return SIMD8(repeating: 1)
        case .silu:
            let s = sigmoid(x)
            return s * (1 + x * (1 - s))
        case .relu: return SIMD8(repeating: 1).replacing(with: 0, where: x .<= 0)
        case .leakyReLU(let slope):
            return SIMD8(repeating: 1).replacing(with: SIMD8(repeating: slope), where: x .<= 0)
        case .hardSwish:
            let inside = x / 3 + 0.5
            return inside.replacing(with: 0, where: x .<= -3).replacing(with: 1, where: x .>= 3)
        }
    }

    /// `clamp(x / 6 + ½, 0, 1)`
    @inline(__always)
    private static func gate(_ x: SIMD8<Float>) -> SIMD8<Float> {
        let ramp = x / 6 + 0.5
        return ramp.replacing(with: 0, where: ramp .< 0).replacing(with: 1, where: ramp .> 1)
    }
}
