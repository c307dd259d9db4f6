import Diagnostics

/// Writes a tree as a pickle of protocol 2, as `torch.save` does.
///
/// Texts and names of classes are written once and remembered, since hundreds of modules repeat them.
struct PickleWriter {
    private(set) var bytes: [UInt8] = [0x80, 2]
    /// Tensors in the order of their storages.
    private(set) var storages: [SafeTensors.Entry] = []
    private var memo: [String: Int] = [:]

    /// Texts longer than this are written each time: nobody repeats them.
    private static let longestRemembered = 200

    /// - Throws: `Problem` when a tensor has a type that PyTorch has no storage for.
    static func write(_ root: PickleTree) throws -> (bytes: [UInt8], storages: [SafeTensors.Entry]) {
        var writer = PickleWriter()
        try writer.add(root)
        writer.operation(".")
        return (writer.bytes, writer.storages)
    }

    private mutating func add(_ value: PickleTree) throws {
        switch value {
        case .none: operation("N")
        case .bool(let value): bytes.append(value ? 0x88 : 0x89)
        case .int(let value): add(value)
        case .double(let value):
            operation("G")
            withUnsafeBytes(of: value.bitPattern.bigEndian) { bytes += $0 }
        case .string(let text): remembered("s" + text) { $0.add(text: text) }
        case .global(let module, let name):
            remembered("g\(module)\n\(name)") {
                $0.operation("c")
                $0.bytes += Array("\(module)\n\(name)\n".utf8)
            }
        case .list(let items):
            operation("]")
            if items.isEmpty { return }
            operation("(")
            for item in items { try add(item) }
            operation("e")
        case .tuple(let items): try add(tuple: items)
        case .dictionary(let pairs): try add(pairs: pairs)
        case .call(let function, let arguments):
            try add(function)
            try add(tuple: arguments)
            operation("R")
        case .object(let type, let attributes):
            try add(type)
            operation(")")
            bytes.append(0x81)
            try add(pairs: attributes)
            operation("b")
        case .tensor(let entry): try add(entry)
        }
    }

    private mutating func operation(_ character: Unicode.Scalar) { bytes.append(UInt8(ascii: character)) }

    private mutating func little(_ value: Int, _ count: Int) {
        for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
    }

    private mutating func add(_ value: Int) {
        switch value {
        case 0..<256:
            operation("K")
            little(value, 1)
        case 256..<65_536:
            operation("M")
            little(value, 2)
        case Int(Int32.min)...Int(Int32.max):
            operation("J")
            little(value, 4)
        default:
            bytes += [0x8A, 8]
            little(value, 8)
        }
    }

    private mutating func add(text: String) {
        let utf8 = Array(text.utf8)
        operation("X")
        little(utf8.count, 4)
        bytes += utf8
    }

    /// Writes something once, and afterwards where it was put.
    private mutating func remembered(_ key: String, _ write: (inout PickleWriter) -> Void) {
        if let place = memo[key] {
            operation(place < 256 ? "h" : "j")
            little(place, place < 256 ? 1 : 4)
            return
        }
        write(&self)
        guard key.utf8.count <= Self.longestRemembered else { return }
        let place = memo.count
        memo[key] = place
        operation(place < 256 ? "q" : "r")
        little(place, place < 256 ? 1 : 4)
    }

    private mutating func add(tuple items: [PickleTree]) throws {
        if items.isEmpty { return operation(")") }
        if items.count > 3 { operation("(") }
        for item in items { try add(item) }
        if items.count > 3 { operation("t") } else { bytes.append(0x84 + UInt8(items.count)) }
    }

    private mutating func add(pairs: [(key: PickleTree, value: PickleTree)]) throws {
        operation("}")
        if pairs.isEmpty { return }
        operation("(")
        for (key, value) in pairs {
            try add(key)
            try add(value)
        }
        operation("u")
    }

    private mutating func add(_ entry: SafeTensors.Entry) throws {
        guard let type = Constructors.storageTypes.first(where: { $0.value == entry.type })?.key else {
            throw Problem("a tensor of type \(entry.type) has no place in a .pt file", exit: .internalError)
        }
        let count = entry.shape.reduce(1, *)
        let strides = entry.shape.indices.map { entry.shape[($0 + 1)...].reduce(1, *) }
        try add(.global(module: "torch._utils", name: "_rebuild_tensor_v2"))
        operation("(")
        try add(
            tuple: [
                "storage", .global(module: "torch", name: type), .string(String(storages.count)), "cpu", .int(count),
            ])
        operation("Q")
        add(0)
        try add(tuple: entry.shape.map { .int($0) })
        try add(tuple: strides.map { .int($0) })
        try add(false)
        try add(.orderedDictionary)
        operation("t")
        operation("R")
        storages.append(entry)
    }
}
