import Documents
import Tensors

/// The field's activations: what its layer tables and its modules call them.
extension ActivationFunction {
    /// Names of the classes that can be computed, for messages.
    static let knownClasses = "SiLU, ReLU, LeakyReLU, Hardswish and Identity"

    /// The activation of a class of `torch.nn` with its attributes; nil for one that cannot be computed here.
    init?(className: String, attributes: [String: Node]) {
        switch className {
        case "SiLU": self = .silu
        case "ReLU": self = .relu
        case "LeakyReLU": self = .leakyReLU(slope: Float(attributes["negative_slope"]?.double ?? 0.01))
        case "Hardswish": self = .hardSwish
        case "Identity": self = .identity
        default: return nil
        }
    }

    /// The class of `torch.nn` with the attributes that decide what it computes.
    var module: (className: String, attributes: [(name: String, value: Node)]) {
        switch self {
        case .identity: ("Identity", [])
        case .silu: ("SiLU", [])
        case .relu: ("ReLU", [])
        // The shortest spelling of the float, which is what somebody wrote.
        case .leakyReLU(let slope): ("LeakyReLU", [("negative_slope", Node(.double(Double("\(slope)") ?? 0)))])
        case .hardSwish: ("Hardswish", [])
        }
    }

    /// Reads `nn.SiLU()`, `torch.nn.LeakyReLU(0.1, inplace=True)` and the like; nil for what is not known here.
    init?(spelling: String) {
        var text = spelling.filter { $0 != " " }[...]
        for package in ["torch.", "nn."] where text.hasPrefix(package) { text = text.dropFirst(package.count) }
        guard let open = text.firstIndex(of: "("), text.last == ")" else { return nil }
        let words = text[text.index(after: open)...].dropLast().split(separator: ",")
        var attributes: [String: Node] = [:]
        for (position, word) in words.enumerated() {
            let parts = word.split(separator: "=", maxSplits: 1)
            guard let last = parts.last else { return nil }
            let isSlope = parts.count == 1 ? position == 0 : parts[0] == "negative_slope"
            if isSlope, let slope = Double(last) {
                attributes["negative_slope"] = Node(.double(slope))
            } else if last != "True" && last != "False" {
                return nil
            }
        }
        self.init(className: String(text[..<open]), attributes: attributes)
    }

    /// As layer tables spell it.
    var spelling: String {
        let (name, attributes) = module
        return "nn.\(name)(\(attributes.map { $0.value.text ?? "" }.joined(separator: ", ")))"
    }
}
