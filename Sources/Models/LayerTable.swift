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
        public var from: [Int]
        public var repeats: Int
        public var module: String
        public var arguments: [Argument]

        public init(_ from: [Int], _ repeats: Int, _ module: String, _ arguments: [Argument]) {
            self.from = from
            self.repeats = repeats
            self.module = module
            self.arguments = arguments
        }
    }

    /// How a letter sizes the table.
    public struct Scale: Equatable, Sendable {
        public var depth: Double
        public var width: Double
        public var maxChannels: Int

        public init(depth: Double, width: Double, maxChannels: Int) {
            self.depth = depth
            self.width = width
            self.maxChannels = maxChannels
        }
    }

    public var classCount: Int
    /// Scales by letter, in the order of the table.
    public var scales: [(letter: String, scale: Scale)]
    /// The letter in force.
    public var scale: String?
    public var backbone: [Row]
    public var head: [Row]

    public init(
        classCount: Int, scales: [(letter: String, scale: Scale)], scale: String?, backbone: [Row], head: [Row]
    ) {
        self.classCount = classCount
        self.scales = scales
        self.scale = scale
        self.backbone = backbone
        self.head = head
    }

    public var rows: [Row] { backbone + head }

    /// The sizes in force: those of `scale`, else the first, else no scaling.
    public var sizes: Scale {
        (scales.first { $0.letter == scale } ?? scales.first)?.scale
            ?? Scale(depth: 1, width: 1, maxChannels: .max / 2)
    }

    /// Repetitions after depth scaling (round half to even).
    func repeats(_ row: Row) -> Int {
        row.repeats > 1 ? max(Int((Double(row.repeats) * sizes.depth).rounded(.toNearestOrEven)), 1) : row.repeats
    }

    /// Channels after width scaling, a multiple of 8.
    func channels(_ count: Int) -> Int {
        let scaled = Double(min(count, sizes.maxChannels)) * sizes.width
        return Int((scaled / 8).rounded(.up)) * 8
    }

    public static func == (a: LayerTable, b: LayerTable) -> Bool {
        a.classCount == b.classCount && a.scale == b.scale && a.backbone == b.backbone && a.head == b.head
            && a.scales.map(\.letter) == b.scales.map(\.letter) && a.scales.map(\.scale) == b.scales.map(\.scale)
    }
}

extension LayerTable.Argument: ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByStringLiteral {
    public init(integerLiteral value: Int) { self = .int(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(stringLiteral value: String) { self = .string(value) }

    /// The number, when it is whole.
    var int: Int? {
        switch self {
        case .int(let value): value
        case .double(let value) where value == value.rounded() && abs(value) < 1e9: Int(value)
        default: nil
        }
    }

    /// The truth value.
    var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }
}
