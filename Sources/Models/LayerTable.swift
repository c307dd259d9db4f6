import Documents
import Layers

/// An architecture as the field writes it: rows of `from, repeats, module, arguments`, and scales that size them.
public struct LayerTable: Equatable, Sendable {
    /// A constructor argument.
    public enum Argument: Equatable, Sendable {
        case int(Int)
        case double(Double)
        case bool(Bool)
        case string(String)
        case list([Argument])
        case none
    }

    /// One layer.
    public struct Row: Equatable, Sendable {
        /// Layers whose outputs come in: −1 is the one before, others count from 0.
        public internal(set) var from: [Int]
        /// How often, before depth scaling: copies in a row, or bottlenecks inside a C2f or C3.
        public internal(set) var repeats: Int
        /// The field's class name, such as `Conv` or `nn.Upsample`.
        public internal(set) var module: String
        /// In the field's order, before width scaling; what a row leaves out takes the class's default.
        public internal(set) var arguments: [Argument]

        init(_ from: [Int], _ repeats: Int, _ module: String, _ arguments: [Argument]) {
            self.from = from
            self.repeats = repeats
            self.module = module
            self.arguments = arguments
        }
    }

    /// How a letter sizes the table.
    struct Scale: Equatable, Sendable {
        /// Factor of every repetition above 1.
        var depth: Double
        /// Factor of every channel count.
        var width: Double
        /// Most channels of a row before `width` applies.
        var maxChannels: Int
    }

    /// `nc`: what the head predicts when no class names say otherwise.
    public var classCount: Int
    /// Scales by letter, in the order of the table.
    var scales: [(letter: String, scale: Scale)]
    /// The letter in force.
    public var scale: String?
    /// Rows 0 and up.
    var backbone: [Row]
    /// Rows that follow the backbone's, the detection head last.
    var head: [Row]
    /// What follows every convolution of the rows.
    public internal(set) var style: ConvStyle

    init(
        classCount: Int, scales: [(letter: String, scale: Scale)], scale: String?, backbone: [Row], head: [Row],
        style: ConvStyle = ConvStyle()
    ) {
        self.classCount = classCount
        self.scales = scales
        self.scale = scale
        self.backbone = backbone
        self.head = head
        self.style = style
    }

    /// All rows, numbered as in weight names (`model.<row>.…`).
    public var rows: [Row] { backbone + head }

    /// The sizes in force: those of `scale`, else the first, else no scaling.
    var sizes: Scale {
        (scales.first { $0.letter == scale } ?? scales.first)?.scale
            ?? Scale(depth: 1, width: 1, maxChannels: .max / 2)
    }

    /// Repetitions after depth scaling (round half to even).
    public func repeats(_ row: Row) -> Int {
        row.repeats > 1 ? max(Int((Double(row.repeats) * sizes.depth).rounded(.toNearestOrEven)), 1) : row.repeats
    }

    /// Channels after width scaling, a multiple of 8.
    func channels(_ count: Int) -> Int {
        let scaled = Double(min(count, sizes.maxChannels)) * sizes.width
        return Int((scaled / 8).rounded(.up)) * 8
    }

    /// Field by field; written out because the tuples of `scales` have no equality of their own.
    public static func == (a: LayerTable, b: LayerTable) -> Bool {
        a.classCount == b.classCount && a.scale == b.scale && a.backbone == b.backbone && a.head == b.head
            && a.style == b.style && a.scales.map(\.letter) == b.scales.map(\.letter)
            && a.scales.map(\.scale) == b.scales.map(\.scale)
    }
}

extension LayerTable.Argument: ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByStringLiteral {
    /// A whole number.
    public init(integerLiteral value: Int) { self = .int(value) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A text.
    public init(stringLiteral value: String) { self = .string(value) }

    /// The number, when it is whole.
    public var int: Int? {
        switch self {
        case .int(let value): value
        case .double(let value) where value == value.rounded() && abs(value) < 1e9: Int(value)
        default: nil
        }
    }

    /// The truth value.
    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// As a table has it, for messages.
    var spelling: String {
        Node.printable(YAML.text(of: node).split(separator: "\n").joined(separator: " "))
    }

    /// Whether two arguments are the same to the field's classes, which write numbers in several ways, and nothing as text.
    func means(_ other: LayerTable.Argument) -> Bool {
        func number(_ argument: LayerTable.Argument) -> Double? {
            switch argument {
            case .int(let value): Double(value)
            case .double(let value): value
            default: nil
            }
        }
        func plain(_ argument: LayerTable.Argument) -> LayerTable.Argument { argument == "None" ? .none : argument }
        if let a = number(self), let b = number(other) { return a == b }
        return plain(self) == plain(other)
    }
}
