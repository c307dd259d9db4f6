import Diagnostics

/// The bytes of a pickle, read from front to back without ever passing the end.
struct PickleInput {
    let path: String
    private let bytes: [UInt8]
    private let textLimit: Int
    private(set) var position = 0

    init(_ bytes: [UInt8], path: String, textLimit: Int) {
        self.bytes = bytes
        self.path = path
        self.textLimit = textLimit
    }

    /// A problem at the current place.
    func problem(_ message: String) -> Problem {
        Problem(
            "holds a pickle that \(message) (byte \(position))", file: path,
            remedy: "Use a checkpoint from a source you trust, copied completely")
    }

    mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.count - position else { throw problem("ends too early") }
        defer { position += count }
        return bytes[position..<position + count]
    }

    mutating func byte() throws -> UInt8 {
        guard position < bytes.count else { throw problem("ends too early") }
        defer { position += 1 }
        return bytes[position]
    }

    /// A little-endian number of `size` ≤ 8 bytes.
    mutating func number(_ size: Int) throws -> UInt64 {
        try take(size).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Eight bytes, the first one most significant.
    mutating func double() throws -> Double {
        Double(bitPattern: try take(8).reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// `lengthSize` bytes of length, then that many bytes.
    mutating func block(lengthSize: Int) throws -> ArraySlice<UInt8> {
        let length = try number(lengthSize)
        guard length <= UInt64(textLimit) else { throw problem("has a text of \(length) bytes") }
        return try take(Int(length))
    }

    /// As `block`, in UTF-8.
    mutating func text(lengthSize: Int) throws -> String {
        let block = try block(lengthSize: lengthSize)
        // Python writes lone surrogates as bytes that are no UTF-8; they become replacement characters.
        return String(decoding: block, as: UTF8.self)
    }

    /// Text up to the next newline.
    mutating func line() throws -> String {
        guard let end = bytes[position...].prefix(4096).firstIndex(of: 0x0A) else {
            throw problem("has a name without an end")
        }
        defer { position = end + 1 }
        return String(decoding: bytes[position..<end], as: UTF8.self)
    }
}
