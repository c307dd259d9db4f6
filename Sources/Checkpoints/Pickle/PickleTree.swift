/// A value to be written as a pickle.
public indirect enum PickleTree: Sendable {
    case none
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case list([PickleTree])
    case tuple([PickleTree])
    case dictionary([(key: PickleTree, value: PickleTree)])
    /// A class or function by its name.
    case global(module: String, name: String)
    /// What a function, the first, gives for arguments.
    case call(PickleTree, [PickleTree])
    /// An object of a class, the first, made without arguments, with its attributes.
    case object(PickleTree, [(key: PickleTree, value: PickleTree)])
    /// Numbers in an entry of the archive of their own.
    case tensor(SafeTensors.Entry)
}

extension PickleTree: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    /// A text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    public init(integerLiteral value: Int) { self = .int(value) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }

    /// A dictionary with texts as keys.
    public static func named(_ pairs: [(String, PickleTree)]) -> PickleTree {
        .dictionary(pairs.map { (key: .string($0.0), value: $0.1) })
    }

    /// What `collections.OrderedDict()` gives.
    public static let orderedDictionary = PickleTree.call(.global(module: "collections", name: "OrderedDict"), [])

    /// An empty set.
    public static let emptySet = PickleTree.call(.global(module: "__builtin__", name: "set"), [.list([])])

    /// A tensor that training changes.
    public static func parameter(_ entry: SafeTensors.Entry) -> PickleTree {
        .call(
            .global(module: "torch._utils", name: "_rebuild_parameter"), [.tensor(entry), false, orderedDictionary])
    }
}
