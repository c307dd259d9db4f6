import Diagnostics

/// A stack machine that reads a pickle as data: it can build records of what is described and cannot call anything.
///
/// Source: the opcodes of Python's pickle protocols 2 to 5 as far as checkpoints use them.
struct PickleReader {
    var input: PickleInput
    var graph = PickleGraph()
    let limits: ReadingLimits
    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [UInt64: PickleValue] = [:]
    private var operations = 0
    private var valueBytes = 0

    private init(_ input: PickleInput, limits: ReadingLimits) {
        self.input = input
        self.limits = limits
    }

    /// Reads a whole pickle.
    ///
    /// - Throws: `Problem` naming `path` when it is malformed, exceeds a limit or asks for a function outside the
    ///   allowed constructors.
    static func read(_ bytes: [UInt8], path: String, limits: ReadingLimits = ReadingLimits()) throws -> PickleGraph {
        guard bytes.count <= limits.pickleBytes else {
            throw Problem(
                "holds a pickle of \(bytes.count) bytes, more than \(limits.pickleBytes)", file: path,
                remedy: "Use a checkpoint that holds a model and its training state only")
        }
        var reader = PickleReader(
            PickleInput(bytes, path: path, textLimit: limits.textBytes), limits: limits)
        try reader.run()
        return reader.graph
    }

    private mutating func run() throws {
        while true {
            try charge(1)
            let code = try input.byte()
            if code == UInt8(ascii: ".") { break }
            try step(code)
            guard stack.count <= limits.stackValues else { throw input.problem("piles up too many values") }
        }
        graph.root = try pop()
    }

    /// Counts work: an operation, or a value that one operation copies.
    mutating func charge(_ count: Int) throws {
        operations += count
        guard operations <= limits.operations else { throw input.problem("never comes to an end") }
    }

    /// Counts the memory of a value, the room that lists grow by included.
    mutating func pay(_ bytes: Int) throws {
        valueBytes += bytes
        guard valueBytes <= limits.valueBytes else { throw input.problem("describes more values than any checkpoint") }
    }

    private mutating func step(_ code: UInt8) throws {
        switch code {
        case 0x80: try protocolNumber()
        case 0x95: _ = try input.take(8)
        case UInt8(ascii: "("):
            guard marks.count < limits.depth else { throw input.problem("is nested too deeply") }
            marks.append(stack.count)
        case UInt8(ascii: "0"): _ = try pop()
        case UInt8(ascii: "1"): _ = try popMark()
        case UInt8(ascii: "2"): stack.append(try top())
        case UInt8(ascii: "N"), 0x88, 0x89, UInt8(ascii: "J"), UInt8(ascii: "K"), UInt8(ascii: "M"),
            UInt8(ascii: "G"), 0x8A, 0x8B:
            stack.append(try plainValue(code))
        case UInt8(ascii: "X"), UInt8(ascii: "T"), UInt8(ascii: "U"), UInt8(ascii: "B"), UInt8(ascii: "C"),
            0x8C, 0x8D, 0x8E, 0x96:
            let before = input.position
            stack.append(try text(code))
            try pay(PickleCost.value + input.position - before)
        case UInt8(ascii: "q"): try remember(try input.number(1))
        case UInt8(ascii: "r"): try remember(try input.number(4))
        case 0x94: try remember(UInt64(memo.count))
        case UInt8(ascii: "h"): try recall(try input.number(1))
        case UInt8(ascii: "j"): try recall(try input.number(4))
        case UInt8(ascii: "c"), 0x93, UInt8(ascii: "Q"), UInt8(ascii: "R"), 0x81, 0x92, UInt8(ascii: "b"):
            try reference(code)
        default: try container(code)
        }
    }

    private mutating func protocolNumber() throws {
        let version = try input.byte()
        guard (2...5).contains(version) else { throw input.problem("has the unknown protocol \(version)") }
    }

    // MARK: Plain values

    private mutating func plainValue(_ code: UInt8) throws -> PickleValue {
        switch code {
        case 0x88: return .bool(true)
        case 0x89: return .bool(false)
        case UInt8(ascii: "J"): return .int(Int(Int32(truncatingIfNeeded: try input.number(4))))
        case UInt8(ascii: "K"): return .int(Int(try input.number(1)))
        case UInt8(ascii: "M"): return .int(Int(try input.number(2)))
        case UInt8(ascii: "G"): return .double(try input.double())
        case 0x8A, 0x8B:
            let bytes = try input.block(lengthSize: code == 0x8A ? 1 : 4)
            guard bytes.count <= 8 else { return .hugeInt }
            let isNegative = (bytes.last ?? 0) >= 0x80
            return .int(bytes.reversed().reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) })
        default: return .none
        }
    }

    private mutating func text(_ code: UInt8) throws -> PickleValue {
        switch code {
        case UInt8(ascii: "X"): .string(try input.text(lengthSize: 4))
        case 0x8C: .string(try input.text(lengthSize: 1))
        case 0x8D: .string(try input.text(lengthSize: 8))
        case UInt8(ascii: "T"): .string(try input.text(lengthSize: 4))
        case UInt8(ascii: "U"): .string(try input.text(lengthSize: 1))
        case UInt8(ascii: "B"): .bytes(Array(try input.block(lengthSize: 4)))
        case UInt8(ascii: "C"): .bytes(Array(try input.block(lengthSize: 1)))
        default: .bytes(Array(try input.block(lengthSize: 8)))
        }
    }

    // MARK: Stack and memo

    private var floor: Int { marks.last ?? 0 }

    mutating func push(_ value: PickleValue) { stack.append(value) }

    mutating func pop() throws -> PickleValue {
        guard stack.count > floor else { throw input.problem("takes a value where there is none") }
        return stack.removeLast()
    }

    func top() throws -> PickleValue {
        guard stack.count > floor else { throw input.problem("takes a value where there is none") }
        return stack[stack.count - 1]
    }

    mutating func popMark() throws -> [PickleValue] {
        guard let mark = marks.popLast() else { throw input.problem("closes what was never opened") }
        let values = Array(stack[mark...])
        stack.removeSubrange(mark...)
        return values
    }

    private mutating func remember(_ index: UInt64) throws {
        if memo.updateValue(try top(), forKey: index) == nil { try pay(PickleCost.memory) }
        guard memo.count <= limits.memoValues else { throw input.problem("remembers too many values") }
    }

    private mutating func recall(_ index: UInt64) throws {
        guard let value = memo[index] else { throw input.problem("recalls a value that it never stored") }
        stack.append(value)
    }
}
