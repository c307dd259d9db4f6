import Diagnostics

/// Reads the little JSON that a safetensors header may hold: objects, texts, lists of whole numbers.
///
/// Written for this grammar because a general parser keeps the last of two equal keys without a word.
struct HeaderScanner {
    private let bytes: [UInt8]
    private let path: String
    private var position = 0
    private var textBytes = 0

    /// Bytes of all texts, and dimensions of a tensor, beyond which no model needs more.
    private static let most = (textBytes: 32 << 20, dimensions: 64)

    init(_ bytes: [UInt8], path: String) {
        self.bytes = bytes
        self.path = path
    }

    private var failure: Problem {
        Problem(
            "has no readable safetensors header (byte \(position + 8))", file: path,
            remedy: "Check that this is a safetensors file, and copy it again")
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D else { return }
            position += 1
        }
    }

    /// Takes `byte` after any space if it comes next.
    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws { if !take(byte) { throw failure } }

    /// Calls `value` for each key of an object; `value` must consume the key's value.
    mutating func object(
        strictStart: Bool = false, _ value: (_ key: String, _ scanner: inout HeaderScanner) throws -> Void
    ) throws {
        if strictStart && bytes.first != UInt8(ascii: "{") { throw failure }
        try expect(UInt8(ascii: "{"))
        if take(UInt8(ascii: "}")) { return }
        repeat {
            let key = try string()
            try expect(UInt8(ascii: ":"))
            try value(key, &self)
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
    }

    /// A list of whole numbers ≥ 0.
    mutating func integers() throws -> [Int] {
        try expect(UInt8(ascii: "["))
        if take(UInt8(ascii: "]")) { return [] }
        var values: [Int] = []
        repeat {
            guard values.count < Self.most.dimensions else { throw failure }
            values.append(try integer())
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
        return values
    }

    private mutating func integer() throws -> Int {
        skipSpace()
        let start = position
        var value = 0
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
            let (tens, first) = value.multipliedReportingOverflow(by: 10)
            let (next, second) = tens.addingReportingOverflow(Int(bytes[position] - 0x30))
            if first || second { throw failure }
            value = next
            position += 1
        }
        let leadingZero = position > start + 1 && bytes[start] == 0x30
        if position == start || leadingZero { throw failure }
        return value
    }

    /// A text in quotes.
    mutating func string() throws -> String {
        try expect(UInt8(ascii: "\""))
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            textBytes += 1
            guard textBytes <= Self.most.textBytes else { throw failure }
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw failure }
                return string
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw failure
            default: text.append(byte)
            }
        }
        throw failure
    }

    private mutating func escape(into text: inout [UInt8]) throws {
        guard position < bytes.count else { throw failure }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if (0xD800..<0xDC00).contains(code) {
                guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                    bytes[position + 1] == UInt8(ascii: "u")
                else { throw failure }
                position += 2
                let low = try hexadecimal()
                guard (0xDC00..<0xE000).contains(low) else { throw failure }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw failure }
            text.append(contentsOf: Character(scalar).utf8)
        default: throw failure
        }
    }

    private mutating func hexadecimal() throws -> UInt32 {
        guard position + 4 <= bytes.count else { throw failure }
        var value: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else { throw failure }
            value = value << 4 | UInt32(digit)
        }
        position += 4
        return value
    }

    /// Nothing but space may follow.
    mutating func end() throws {
        skipSpace()
        if position != bytes.count { throw failure }
    }
}
