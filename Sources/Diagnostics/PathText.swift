/// Paths as texts that keep every byte: names of files need not be UTF-8, Swift's texts always are.
///
/// A byte that is no part of a UTF-8 character becomes the private character U+10F700 + byte; so does every byte of such
/// a character itself, so that two names never share a text. What goes back to the system goes through `withPath`.
public enum PathText {
    private static let first: UInt32 = 0x10F700

    /// The text of a path's bytes.
    public static func text(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self), !text.unicodeScalars.contains(where: isEscape) {
            return text
        }
        var text = String.UnicodeScalarView()
        var rest = bytes[...]
        while let byte = rest.first {
            let length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
            if let one = String(validating: rest.prefix(length), as: UTF8.self)?.unicodeScalars, one.count == 1,
                let scalar = one.first, !isEscape(scalar)
            {
                text.append(scalar)
                rest = rest.dropFirst(length)
            } else {
                if let escape = Unicode.Scalar(first + UInt32(byte)) { text.append(escape) }
                rest = rest.dropFirst()
            }
        }
        return String(text)
    }

    /// The text of a path that ends with a zero byte.
    public static func text(_ path: UnsafePointer<CChar>) -> String {
        var bytes: [UInt8] = []
        var next = path
        while next.pointee != 0 {
            bytes.append(UInt8(bitPattern: next.pointee))
            next += 1
        }
        return text(bytes)
    }

    /// The bytes that a character stands for, where it stands for one.
    public static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
        isEscape(scalar) ? UInt8(scalar.value - first) : nil
    }

    /// The path's bytes.
    public static func bytes(_ text: String) -> [UInt8] {
        guard text.unicodeScalars.contains(where: isEscape) else { return Array(text.utf8) }
        return text.unicodeScalars.flatMap { scalar in byte(scalar).map { [$0] } ?? Array(String(scalar).utf8) }
    }

    /// Calls `body` with the path as the system takes it: bytes that end with a zero.
    public static func withPath<Result>(
        _ text: String, _ body: (UnsafePointer<CChar>) throws -> Result
    ) rethrows -> Result {
        let bytes = (PathText.bytes(text) + [0]).map { CChar(bitPattern: $0) }
        return try bytes.withUnsafeBufferPointer { buffer in
            guard let path = buffer.baseAddress else { preconditionFailure("a path ends with a zero") }
            return try body(path)
        }
    }

    private static func isEscape(_ scalar: Unicode.Scalar) -> Bool {
        (first + 0x80...first + 0xFF).contains(scalar.value)
    }
}
