import Diagnostics

extension PickleReader {
    /// Opcodes that make or fill lists, tuples, sets and dictionaries.
    mutating func container(_ code: UInt8) throws {
        switch code {
        case UInt8(ascii: "]"), 0x8F: push(try list([]))
        case UInt8(ascii: "}"): push(try dictionary())
        case UInt8(ascii: ")"): push(try tuple([]))
        case UInt8(ascii: "t"): push(try tuple(try popMark()))
        case UInt8(ascii: "l"), 0x91: push(try list(try popMark()))
        case 0x85, 0x86, 0x87:
            var values: [PickleValue] = []
            for _ in 0...(code - 0x85) { values.append(try pop()) }
            push(try tuple(values.reversed()))
        case UInt8(ascii: "d"):
            let values = try popMark()
            push(try dictionary())
            try insert(values)
        case UInt8(ascii: "a"):
            let value = try pop()
            try append([value])
        case UInt8(ascii: "e"), 0x90: try append(try popMark())
        case UInt8(ascii: "s"):
            let value = try pop()
            let key = try pop()
            try insert([key, value])
        case UInt8(ascii: "u"): try insert(try popMark())
        default:
            throw input.problem("uses the operation 0x\(String(code, radix: 16)), which checkpoints do not need")
        }
    }

    mutating func list(_ values: [PickleValue]) throws -> PickleValue {
        try pay(PickleCost.list + values.count * PickleCost.value)
        graph.sequences.append(values)
        return .list(graph.sequences.count - 1)
    }

    mutating func tuple(_ values: [PickleValue]) throws -> PickleValue {
        try pay(PickleCost.list + values.count * PickleCost.value)
        graph.sequences.append(values)
        return .tuple(graph.sequences.count - 1)
    }

    mutating func dictionary() throws -> PickleValue {
        try pay(PickleCost.list)
        graph.dictionaries.append([])
        return .dictionary(graph.dictionaries.count - 1)
    }

    private mutating func append(_ values: [PickleValue]) throws {
        switch try top() {
        case .list(let index):
            try pay(values.count * PickleCost.value)
            graph.sequences[index] += values
        case .object: break  // An inert record of a class derived from a list.
        default: throw input.problem("appends to something that is no list")
        }
    }

    private mutating func insert(_ values: [PickleValue]) throws {
        guard values.count % 2 == 0 else { throw input.problem("has a key without a value") }
        switch try top() {
        case .dictionary(let index):
            try pay(values.count / 2 * PickleCost.pair)
            for position in stride(from: 0, to: values.count, by: 2) {
                graph.dictionaries[index].append((key: values[position], value: values[position + 1]))
            }
        case .object: break  // An inert record of a class derived from a dictionary.
        default: throw input.problem("sets a key of something that is no dictionary")
        }
    }
}
