import Diagnostics
import Documents

extension PickleGraph {
    /// Levels of lists and maps in a node.
    private static let deepest = 64
    /// Letters of texts that count as one more value.
    private static let lettersOfAValue = 32

    /// A plain value of the pickle as a node: dictionaries and records as maps, tuples as lists, and whatever a
    /// document cannot hold (tensors, classes) as null.
    ///
    /// - Throws: `Problem` from `problem` when the value is nested too deeply or, shared parts repeated, too large.
    func node(_ value: PickleValue, limits: ReadingLimits, problem: (String) -> Problem) throws -> Node {
        var allowance = limits.tableValues
        return try node(value, depth: 0, &allowance, problem)
    }

    private func node(
        _ value: PickleValue, depth: Int, _ allowance: inout Int, _ problem: (String) -> Problem
    ) throws -> Node {
        allowance -= 1
        // Of a text that is repeated, the letters are written each time.
        if case .string(let text) = value { allowance -= text.utf8.count / Self.lettersOfAValue }
        guard allowance >= 0, depth <= Self.deepest else { throw problem("has a table nested too deeply or too large") }
        switch value {
        case .bool(let value): return Node(.bool(value))
        case .int(let value): return Node(.int(value))
        case .double(let value): return Node(.double(value))
        case .string(let value): return Node(.string(value))
        case .list(let index), .tuple(let index):
            return Node(.list(try sequences[index].map { try node($0, depth: depth + 1, &allowance, problem) }))
        case .dictionary, .object:
            if case .object(let index) = value, let path = path(objects[index]) { return Node(.string(path)) }
            return Node(
                .map(
                    try (pairs(value) ?? []).map { key, value in
                        Node.Pair(
                            keyNode: try node(key, depth: depth + 1, &allowance, problem),
                            value: try node(value, depth: depth + 1, &allowance, problem))
                    }))
        case .none, .hugeInt, .bytes, .global, .storage, .tensor: return Node(.null)
        }
    }

    /// The text of a `pathlib` path: its parts, joined.
    private func path(_ object: PickleObject) -> String? {
        guard object.type.package == "pathlib", let parts = elements(object.arguments) else { return nil }
        let texts = parts.compactMap { part in if case .string(let text) = part { text } else { nil } }
        guard let first = texts.first else { return "" }
        return first == "/" ? "/" + texts.dropFirst().joined(separator: "/") : texts.joined(separator: "/")
    }
}
