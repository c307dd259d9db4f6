extension YAML {
    /// The tree as YAML: maps and lists of lists in blocks, lists of scalars in brackets, text quoted where it would be read as
    /// something else here or in PyYAML. `parse` gives the same tree back.
    public static func text(of node: Node) -> String {
        var out = ""
        switch node.kind {
        case .map(let pairs) where !pairs.isEmpty: write(pairs, indent: 0, to: &out)
        case .list(let items) where !isFlat(node): write(items, indent: 0, to: &out)
        default: out = inline(node) + "\n"
        }
        return out
    }

    private static func write(_ pairs: [Node.Pair], indent: Int, to out: inout String) {
        for pair in pairs {
            out += String(repeating: " ", count: indent) + inline(pair.keyNode) + ":"
            writeValue(pair.value, indent: indent, to: &out)
        }
    }

    private static func write(_ items: [Node], indent: Int, to out: inout String) {
        for item in items {
            out += String(repeating: " ", count: indent) + "-"
            writeValue(item, indent: indent, to: &out)
        }
    }

    private static func writeValue(_ value: Node, indent: Int, to out: inout String) {
        guard !isFlat(value) else {
            out += " " + inline(value) + "\n"
            return
        }
        out += "\n"
        switch value.kind {
        case .map(let pairs): write(pairs, indent: indent + 2, to: &out)
        case .list(let items): write(items, indent: indent + 2, to: &out)
        default: break
        }
    }

    /// Whether a value fits on its key's line: a scalar, an empty collection or a list of scalars.
    private static func isFlat(_ node: Node) -> Bool {
        switch node.kind {
        case .map(let pairs): pairs.isEmpty
        case .list(let items): items.allSatisfy { $0.text != nil }
        default: true
        }
    }

    private static func inline(_ node: Node) -> String {
        switch node.kind {
        case .string(let value): isPlain(value) ? value : quoted(value)
        case .list(let items): "[" + items.map(inline).joined(separator: ", ") + "]"
        case .map: "{}"
        default: Node.spelling(of: node.kind) ?? "null"
        }
    }

    /// Whether text survives without quotes: careful rather than pretty.
    private static func isPlain(_ text: String) -> Bool {
        let signs = Set("/._-+ ()@=~".unicodeScalars)
        let allowed = text.unicodeScalars.allSatisfy { scalar in
            scalar.properties.isAlphabetic || (scalar.isASCII && ("0"..."9").contains(scalar)) || signs.contains(scalar)
        }
        guard allowed, let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return false }
        let startsPlain = first.properties.isAlphabetic || first == "/" || ("0"..."9").contains(first)
        guard startsPlain, last != " ", case .string = Scalars.resolve(text) else { return false }
        return !("0"..."9").contains(first) || text.contains { $0.isLetter && !"eExXoObB_".contains($0) }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            default:
                if isPrintable(scalar) {
                    result.unicodeScalars.append(scalar)
                } else {
                    let digits = String(scalar.value, radix: 16, uppercase: true)
                    result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
                }
            }
        }
        return result + "\""
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD:
            !(scalar.value == 0x2028 || scalar.value == 0x2029)
        default: false
        }
    }
}
