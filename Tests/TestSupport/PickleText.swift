/// A value to be written as a pickle, for tests: what Python's pickler would write, and what it never would.
indirect enum PickleText: Sendable {
    case none
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case list([PickleText])
    case tuple([PickleText])
    case dictionary([(String, PickleText)])
    case numbered([(Int, PickleText)])
    case global(String, String)
    case call(PickleText, [PickleText])
    case object(String, String, [(String, PickleText)])
    case persistent(PickleText)
    case raw([UInt8])

    /// A whole pickle of protocol 2.
    var pickle: [UInt8] { [0x80, 2] + bytes + [UInt8(ascii: ".")] }

    var bytes: [UInt8] {
        switch self {
        case .none: [UInt8(ascii: "N")]
        case .bool(let value): [value ? 0x88 : 0x89]
        case .int(let value): [0x8A, 8] + Self.number(value, 8)
        case .double(let value):
            [UInt8(ascii: "G")] + Self.number(Int(bitPattern: UInt(value.bitPattern)), 8).reversed()
        case .string(let value): [UInt8(ascii: "X")] + Self.number(value.utf8.count, 4) + Array(value.utf8)
        case .list(let items): [UInt8(ascii: "]"), UInt8(ascii: "(")] + items.flatMap(\.bytes) + [UInt8(ascii: "e")]
        case .tuple(let items): [UInt8(ascii: "(")] + items.flatMap(\.bytes) + [UInt8(ascii: "t")]
        case .dictionary(let pairs):
            [UInt8(ascii: "}"), UInt8(ascii: "(")] + pairs.flatMap { PickleText.string($0.0).bytes + $0.1.bytes }
                + [UInt8(ascii: "u")]
        case .numbered(let pairs):
            [UInt8(ascii: "}"), UInt8(ascii: "(")] + pairs.flatMap { PickleText.int($0.0).bytes + $0.1.bytes }
                + [UInt8(ascii: "u")]
        case .global(let module, let name): Array("c\(module)\n\(name)\n".utf8)
        case .call(let function, let arguments):
            function.bytes + PickleText.tuple(arguments).bytes + [UInt8(ascii: "R")]
        case .object(let module, let name, let state):
            PickleText.global(module, name).bytes + [UInt8(ascii: ")"), 0x81] + PickleText.dictionary(state).bytes
                + [UInt8(ascii: "b")]
        case .persistent(let identity): identity.bytes + [UInt8(ascii: "Q")]
        case .raw(let bytes): bytes
        }
    }

    static func number(_ value: Int, _ size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    /// A tensor in the storage `key`.
    static func tensor(
        _ key: String, _ shape: [Int], strides: [Int]? = nil, offset: Int = 0, count: Int? = nil,
        storage: String = "FloatStorage"
    ) -> PickleText {
        let contiguous = shape.indices.map { shape[($0 + 1)...].reduce(1, &*) }
        let identity = PickleText.tuple([
            .string("storage"), .global("torch", storage), .string(key), .string("cpu"),
            .int(count ?? shape.reduce(1, &*)),
        ])
        return .call(
            .global("torch._utils", "_rebuild_tensor_v2"),
            [
                .persistent(identity), .int(offset), .tuple(shape.map { .int($0) }),
                .tuple((strides ?? contiguous).map { .int($0) }), .bool(false),
                .call(.global("collections", "OrderedDict"), []),
            ])
    }
}
