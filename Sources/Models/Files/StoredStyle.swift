import Diagnostics
import Documents
import Layers
import Tensors

extension ConvStyle {
    /// What the modules of a file have in common, where layer tables are silent; nil when they have no activation.
    ///
    /// A module that differs from the others is found when all are compared.
    ///
    /// - Throws: `Problem` naming an activation that cannot be computed.
    init?(of modules: NamedModules, file: String) throws {
        var activations: [ActivationFunction: Int] = [:]
        var norms: [[Double]: Int] = [:]
        for (path, module) in modules.sorted(by: { $0.key < $1.key }) {
            if path.hasSuffix(".act"), let block = modules[String(path.dropLast(4))],
                ModuleCheck.className(block.type) == "Conv"
            {
                let name = ModuleCheck.className(module.type)
                guard let activation = ActivationFunction(className: name, attributes: module.attributes) else {
                    throw Problem(
                        "has the activation \(Node.printable(name)) in \(path), which is not supported", file: file,
                        remedy: "Supported are \(ActivationFunction.knownClasses)")
                }
                activations[activation, default: 0] += 1
            }
            if ModuleCheck.className(module.type) == "BatchNorm2d", let epsilon = module.attributes["eps"]?.double,
                let momentum = module.attributes["momentum"]?.double, epsilon > 0
            {
                norms[[epsilon, momentum], default: 0] += 1
            }
        }
        guard let most = activations.max(by: { ($0.value, "\($1.key)") < ($1.value, "\($0.key)") }) else { return nil }
        self.init(activation: most.key)
        if let norm = norms.max(by: { ($0.value, $1.key[0], $1.key[1]) < ($1.value, $0.key[0], $0.key[1]) }) {
            epsilon = norm.key[0]
            momentum = norm.key[1]
        }
    }

    /// For people.
    public var text: String { "\(activation.spelling), BatchNorm with eps \(epsilon) and momentum \(momentum)" }
}
