import Diagnostics

/// A value of a document and its place in it.
///
/// Two nodes are equal when their values are; places and spelling do not count.
public struct Node: Sendable {
    /// What a node holds.
    public enum Kind: Equatable, Sendable {
        case null
        case bool(Bool)
        case int(Int)
        case double(Double)
        case string(String)
        case list([Node])
        case map([Pair])
    }

    /// An entry of a map, in the order of the document.
    public struct Pair: Equatable, Sendable {
        /// The key's spelling: `0` and `on` stay `0` and `on` here, whatever type `keyNode` has.
        public var key: String { keyNode.text ?? "" }
        /// The key as a value with its place.
        public var keyNode: Node
        /// What the key stands for.
        public var value: Node

        /// An entry that comes from no document.
        public init(_ key: String, _ value: Node) { self.init(keyNode: Node(.string(key)), value: value) }

        /// An entry with its key as a node.
        public init(keyNode: Node, value: Node) {
            self.keyNode = keyNode
            self.value = value
        }
    }

    /// The value.
    public var kind: Kind
    /// A scalar as it was written, without quotes; nil for lists and maps.
    public var text: String?
    /// Whether it was written without quotes, so that other programs may read it as another type.
    public var isPlain: Bool
    /// The document the node comes from.
    public var file: String?
    /// 1-based line in `file`.
    public var line: Int?
    /// 1-based column in `line`, in characters.
    public var column: Int?

    /// A node; `text` is made from the value when it is not given.
    public init(
        _ kind: Kind, text: String? = nil, isPlain: Bool = false, file: String? = nil, line: Int? = nil,
        column: Int? = nil
    ) {
        self.kind = kind
        self.text = text ?? Node.spelling(of: kind)
        self.isPlain = isPlain
        self.file = file
        self.line = line
        self.column = column
    }

    /// The value of a key of a map; nil when there is none or when this is no map.
    public subscript(key: String) -> Node? {
        guard case .map(let pairs) = kind else { return nil }
        return pairs.first { $0.key == key }?.value
    }

    /// A problem at this place.
    public func problem(_ message: String, remedy: String? = nil, exit: ExitCode = .badData) -> Problem {
        Problem(message, file: file, line: line, column: column, remedy: remedy, exit: exit)
    }
}

extension Node: Equatable {
    /// Equality of values.
    public static func == (a: Node, b: Node) -> Bool { a.kind == b.kind }
}

extension Node {
    /// Whether the value is `null`.
    public var isNull: Bool { kind == .null }
    /// The truth value, if it is one.
    public var bool: Bool? { if case .bool(let value) = kind { value } else { nil } }
    /// The integer, if it is one.
    public var int: Int? { if case .int(let value) = kind { value } else { nil } }
    /// The number, integers included.
    public var double: Double? {
        switch kind {
        case .double(let value): value
        case .int(let value): Double(value)
        default: nil
        }
    }
    /// The text, if it is one.
    public var string: String? { if case .string(let value) = kind { value } else { nil } }
    /// The items, if it is a list.
    public var list: [Node]? { if case .list(let items) = kind { items } else { nil } }
    /// The entries, if it is a map.
    public var map: [Pair]? { if case .map(let pairs) = kind { pairs } else { nil } }

    /// What is here, for messages: `the text 'abc'`, `the number 3`, `a list of 2`.
    public var found: String {
        switch kind {
        case .null: "nothing"
        case .bool: "the boolean '\(Node.printable(text ?? ""))'"
        case .int, .double: "the number \(Node.printable(text ?? ""))"
        case .string(let value): value.isEmpty ? "an empty text" : "the text '\(Node.printable(value))'"
        case .list(let items): "a list of \(items.count)"
        case .map(let pairs): "a map of \(pairs.count)"
        }
    }

    /// Text from a file made safe for one line of a terminal, and cut where it is long.
    public static func printable(_ text: String, limit: Int = 60) -> String { text.printable(limit: limit) }

    static func spelling(of kind: Kind) -> String? {
        switch kind {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        case .double(let value): spelling(of: value)
        case .string(let value): value
        case .list, .map: nil
        }
    }

    /// The shortest spelling that reads back as the same number, here and in YAML 1.1 (which wants a dot before `e`).
    static func spelling(of value: Double) -> String {
        if value.isNaN { return ".nan" }
        if value.isInfinite { return value < 0 ? "-.inf" : ".inf" }
        let text = "\(value)"
        guard let e = text.firstIndex(of: "e"), !text.contains(".") else { return text }
        return text[..<e] + ".0" + text[e...]
    }
}
