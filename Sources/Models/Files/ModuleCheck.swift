import Diagnostics
import Documents

/// What a file says of its modules, by their places in the tree: class, and attributes that are plain values.
public typealias NamedModules = [String: (type: String, attributes: [String: Node])]

/// Compares the modules of a file with those that are computed here: where they differ, so would the answers.
struct ModuleCheck {
    private let stored: NamedModules
    private let file: String
    /// Names of a module's parts.
    private var parts: [Substring: [Substring]] = [:]

    init(_ stored: NamedModules, file: String) {
        self.stored = stored
        self.file = file
        for path in stored.keys.sorted() {
            guard let dot = path.lastIndex(of: ".") else { continue }
            parts[path[..<dot], default: []].append(path[path.index(after: dot)...])
        }
    }

    /// Attributes that shapes of weights say, or that change no number.
    private static let immaterial: Set<String> = [
        "in_channels", "out_channels", "kernel_size", "num_features", "nc", "no", "inplace", "name", "return_indices",
        "_reversed_padding_repeated_twice",
    ]
    /// Classes that compute the same in other circumstances: over several devices, or from weights that are put together.
    private static let same = ["SyncBatchNorm": "BatchNorm2d", "ParametrizedConv2d": "Conv2d"]

    /// The name of a class without its module.
    static func className(_ type: String) -> String {
        let name = type.split(separator: ".").last.map(String.init) ?? type
        return same[name] ?? name
    }

    /// - Throws: `Problem` naming the first module that computes something else.
    func compare(with module: FieldModule, at path: String = "model") throws {
        let name = Self.className(module.type)
        guard let found = stored[path] else {
            // Folded into the convolution, whose weights are looked at elsewhere.
            if name == "BatchNorm2d" { return }
            throw problem("has no module \(path), where its layer table has \(name)")
        }
        guard Self.className(found.type) == name else {
            throw problem("has \(Self.className(found.type)) as \(path), where its layer table means \(name)")
        }
        for (key, value) in module.attributes where !Self.immaterial.contains(key) {
            guard let other = found.attributes[key], !Self.isSame(other, value) else { continue }
            throw problem("has \(path) with \(key) \(Self.text(other)), where only \(Self.text(value)) is computed")
        }
        let children = Set(module.children.map(\.name))
        for part in parts[path[...]] ?? [] where !children.contains(String(part)) && part != "parametrizations" {
            let type = Self.className(stored["\(path).\(part)"]?.type ?? "")
            throw problem("has \(type) as \(path).\(part), which its layer table does not mention")
        }
        for (child, inner) in module.children { try compare(with: inner, at: "\(path).\(child)") }
    }

    /// Where each layer takes its input from.
    func compareSources(_ rows: [LayerTable.Row]) throws {
        for (index, row) in rows.enumerated() {
            let path = "model.\(index)"
            guard let other = stored[path]?.attributes["f"] else { continue }
            let own = Node(.list(row.from.map { Node(.int($0)) }))
            guard other.list == nil ? row.from.count == 1 && Self.isSame(other, own) : other == own else {
                throw problem(
                    "has \(path) with f \(Self.text(other)), where its layer table takes the input from "
                        + Self.text(own))
            }
        }
    }

    /// A number stands for a pair of it.
    private static func isSame(_ a: Node, _ b: Node) -> Bool {
        switch (a.list, b.list) {
        case (let first?, let second?): return first.count == second.count && zip(first, second).allSatisfy(isSame)
        case (let first?, nil): return first.allSatisfy { isSame($0, b) }
        case (nil, let second?): return second.allSatisfy { isSame(a, $0) }
        default: return a == b || (a.double != nil && a.double == b.double)
        }
    }

    private static func text(_ node: Node) -> String {
        node.list.map { "[\($0.map(text).joined(separator: ", "))]" } ?? Node.printable(node.text ?? node.found)
    }

    private func problem(_ message: String) -> Problem {
        Problem(
            message, file: file,
            remedy: "Use a model whose modules are those of its layer table, made by the field's own program")
    }
}
