import Diagnostics
import Documents
import Layers
import Tensors

extension LayerTable {
    /// Reads a table as the field writes it: `nc`, `scales`, `scale`, `activation`, `backbone`, `head`; and the constants of
    /// BatchNorm, which the field leaves to its code, in `bn_eps` and `bn_momentum`.
    ///
    /// - Parameter scale: the letter to use; nil takes the document's own, else the first.
    /// - Throws: `Problem` naming the place that is not understood.
    public init(document: Node, scale: String? = nil) throws {
        let classCount = document["nc"]?.int ?? 80
        guard classCount > 0, classCount < 100_000 else { throw document.problem("nc \(classCount) is no class count") }
        var scales: [(letter: String, scale: Scale)] = []
        for pair in document["scales"]?.map ?? [] {
            guard let values = pair.value.list, values.count == 3, let depth = values[0].double,
                let width = values[1].double, let limit = values[2].int, (0.001...10).contains(depth),
                (0.001...10).contains(width), limit > 0
            else { throw pair.value.problem("scale \(pair.key) is not [depth, width, max_channels]") }
            scales.append((pair.key, Scale(depth: depth, width: width, maxChannels: limit)))
        }
        if scales.isEmpty, let depth = document["depth_multiple"]?.double,
            let width = document["width_multiple"]?.double
        {
            guard (0.001...10).contains(depth), (0.001...10).contains(width) else {
                throw document.problem("depth_multiple \(depth) or width_multiple \(width) is no scale")
            }
            scales = [("", Scale(depth: depth, width: width, maxChannels: .max / 2))]
        }
        let letter = scale ?? document["scale"]?.string
        if let letter, !letter.isEmpty, !scales.isEmpty, !scales.contains(where: { $0.letter == letter }) {
            throw document.problem(
                "the layer table has no scale '\(letter)'",
                remedy: "It has \(scales.map(\.letter).joined(separator: ", "))")
        }
        if let bins = document["reg_max"]?.int, bins != DetectHead.bins {
            throw document.problem("reg_max \(bins) is not supported", remedy: "Use \(DetectHead.bins)")
        }
        self.init(
            classCount: classCount, scales: scales, scale: letter, backbone: try LayerTable.rows(document, "backbone"),
            head: try LayerTable.rows(document, "head"), style: try LayerTable.style(document))
        if rows.isEmpty { throw document.problem("the layer table has no rows") }
    }

    private static func style(_ document: Node) throws -> ConvStyle {
        var style = ConvStyle()
        if let node = document["activation"], !node.isNull {
            guard let activation = node.string.flatMap({ ActivationFunction(spelling: $0) }) else {
                throw node.problem(
                    "activation \(Node.printable(node.text ?? node.found)) is not supported",
                    remedy: "Supported are \(ActivationFunction.knownClasses), such as nn.LeakyReLU(0.1)")
            }
            style.activation = activation
        }
        func share(_ key: String, _ standard: Double) throws -> Double {
            guard let node = document[key] else { return standard }
            guard let value = node.double, value > 0, value <= 1 else {
                throw node.problem("\(key) is \(node.found), not a number above 0 and up to 1")
            }
            return value
        }
        style.epsilon = try share("bn_eps", style.epsilon)
        style.momentum = try share("bn_momentum", style.momentum)
        return style
    }

    /// The activation as the field's tables spell it.
    public var activation: String { style.activation.spelling }

    /// What `document` says of the style: nothing of the reference's own.
    public var styleEntries: [Node.Pair] {
        let standard = ConvStyle()
        var pairs: [Node.Pair] = []
        if style.activation != standard.activation {
            pairs.append(Node.Pair("activation", Node(.string(style.activation.spelling))))
        }
        if style.epsilon != standard.epsilon { pairs.append(Node.Pair("bn_eps", Node(.double(style.epsilon)))) }
        if style.momentum != standard.momentum {
            pairs.append(Node.Pair("bn_momentum", Node(.double(style.momentum))))
        }
        return pairs
    }

    private static func rows(_ document: Node, _ part: String) throws -> [Row] {
        try (document[part]?.list ?? []).map { node in
            guard let fields = node.list, fields.count == 4, let repeats = fields[1].int, repeats > 0, repeats < 1000,
                let module = fields[2].string
            else { throw node.problem("a row of \(part) is not [from, repeats, module, args]") }
            let from = try (fields[0].list ?? [fields[0]]).map { entry in
                guard let index = entry.int else { throw entry.problem("from is \(entry.found), not a layer") }
                return index
            }
            return Row(from, repeats, module, (fields[3].list ?? [fields[3]]).map(Argument.init(node:)))
        }
    }

    /// The table as a document: what `init(document:)` reads.
    public var document: Node {
        func rows(_ rows: [Row]) -> Node {
            Node(
                .list(
                    rows.map { row in
                        let from = row.from.map { Node(.int($0)) }
                        return Node(
                            .list([
                                from.count == 1 ? from[0] : Node(.list(from)), Node(.int(row.repeats)),
                                Node(.string(row.module)), Node(.list(row.arguments.map(\.node))),
                            ]))
                    }))
        }
        var pairs = [Node.Pair("nc", Node(.int(classCount)))]
        let sizes = scales.map { letter, scale in
            Node.Pair(
                letter,
                Node(.list([Node(.double(scale.depth)), Node(.double(scale.width)), Node(.int(scale.maxChannels))])))
        }
        pairs.append(Node.Pair("scales", Node(.map(sizes))))
        if let scale { pairs.append(Node.Pair("scale", Node(.string(scale)))) }
        pairs += styleEntries
        pairs += [Node.Pair("backbone", rows(backbone)), Node.Pair("head", rows(head))]
        return Node(.map(pairs))
    }
}

extension LayerTable.Argument {
    init(node: Node) {
        switch node.kind {
        case .null: self = .none
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .double(let value): self = .double(value)
        case .string(let value):
            // Tables that were read by Python spell these words as text in places.
            self = value == "True" ? .bool(true) : value == "False" ? .bool(false) : .string(value)
        case .list(let items): self = .list(items.map(LayerTable.Argument.init(node:)))
        case .map: self = .none
        }
    }

    var node: Node {
        switch self {
        case .int(let value): Node(.int(value))
        case .double(let value): Node(.double(value))
        case .bool(let value): Node(.bool(value))
        case .string(let value): Node(.string(value))
        case .list(let items): Node(.list(items.map(\.node)))
        case .none: Node(.null)
        }
    }
}
