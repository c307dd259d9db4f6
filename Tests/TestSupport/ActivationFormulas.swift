import Foundation
import Tensors

extension ActivationFunction: CaseIterable {
    /// One of each kind.
    public static let allCases: [ActivationFunction] = [.identity, .silu, .relu, .leakyReLU(slope: 0.1), .hardSwish]

    /// The function as its papers write it, in Double.
    public var formula: (Double) -> Double {
        switch self {
        case .identity: { $0 }
        case .silu: { $0 / (1 + exp(-$0)) }
        case .relu: { max($0, 0) }
        case .leakyReLU(let slope): { $0 > 0 ? $0 : Double(slope) * $0 }
        case .hardSwish: { $0 * min(max($0 + 3, 0), 6) / 6 }
        }
    }
}
