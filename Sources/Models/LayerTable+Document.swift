import Diagnostics
import Documents

extension LayerTable {
    /// Reads a table as the field writes it: `nc`, `scales`, `scale`, `backbone`, `head`.
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
        if let activation = document["activation"]?.string, !activation.contains("SiLU") {
            throw document.problem("activation \(activation) is not supported", remedy: "Use a table with SiLU")
        }
        if let bins = document["reg_max"]?.int, bins != DetectHead.bins {
            throw document.problem("reg_max \(bins) is not supported", remedy: "Use \(DetectHead.bins)")
        }
        self.init(
            classCount: classCount, scales: scales, scale: letter, backbone: try LayerTable.rows(document, "backbone"),
            head: try LayerTable.rows(document, "head"))
        if rows.isEmpty { throw document.problem("the layer table has no rows") }
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
