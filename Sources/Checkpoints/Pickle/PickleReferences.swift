import Diagnostics
import Documents

extension PickleReader {
    /// Opcodes that name classes and functions, or make objects with them.
    mutating func reference(_ code: UInt8) throws {
        switch code {
        case UInt8(ascii: "c"):
            let module = try input.line()
            push(try global(GlobalName(module: module, name: try input.line())))
        case 0x93:
            guard case .string(let name) = try pop(), case .string(let module) = try pop() else {
                throw input.problem("names a class by something that is no text")
            }
            push(try global(GlobalName(module: module, name: name)))
        case UInt8(ascii: "Q"): push(try storage(try pop()))
        case UInt8(ascii: "R"):
            let arguments = try pop()
            let function = try pop()
            guard case .global(let index) = function else {
                throw input.problem("calls something that has no name")
            }
            push(try reduce(graph.globals[index], arguments))
        case 0x81: try newObject(arguments: try pop())
        case 0x92:
            _ = try pop()
            try newObject(arguments: try pop())
        default: try build(state: try pop())
        }
    }

    private mutating func global(_ name: GlobalName) throws -> PickleValue {
        guard !Constructors.isForbidden(name) else { throw refusal(name) }
        try pay(PickleCost.global + name.module.utf8.count + name.name.utf8.count)
        graph.globals.append(name)
        return .global(graph.globals.count - 1)
    }

    func refusal(_ name: GlobalName) -> Problem {
        Problem(
            "asks for \(Node.printable(name.description, limit: 200)), which is not among the constructors that a checkpoint may use",
            file: input.path, remedy: "Do not use this file unless you know who made it; save the weights alone again")
    }

    private mutating func newObject(arguments: PickleValue) throws {
        guard case .global(let index) = try pop() else { throw input.problem("makes an object of no class") }
        let type = graph.globals[index]
        if Constructors.kind(type) == .dictionary { return push(try dictionary()) }
        push(try object(type, arguments))
    }

    mutating func object(_ type: GlobalName, _ arguments: PickleValue) throws -> PickleValue {
        try pay(PickleCost.object)
        graph.objects.append(PickleObject(type: type, arguments: arguments))
        return .object(graph.objects.count - 1)
    }

    private mutating func build(state: PickleValue) throws {
        switch try top() {
        case .object(let index): graph.objects[index].state = state
        case .dictionary, .tensor, .list: break  // Attributes of these, such as `_metadata`, carry no weights.
        default: throw input.problem("gives attributes to something that is no object")
        }
    }

    /// `('storage', class, key, device, count)`.
    private mutating func storage(_ identity: PickleValue) throws -> PickleValue {
        guard case .tuple(let index) = identity, case let parts = graph.sequences[index], parts.count == 5,
            parts[0] == .string("storage"), case .global(let type) = parts[1], case .string(let key) = parts[2],
            case .int(let count) = parts[4], count >= 0
        else { throw input.problem("refers to a storage in an unknown way") }
        let className = graph.globals[type].name
        try pay(PickleCost.storage)
        graph.storages.append(
            StorageRecord(
                type: Constructors.storageTypes[className], className: className, key: key, count: count))
        return .storage(graph.storages.count - 1)
    }
}
