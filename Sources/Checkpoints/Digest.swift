/// A 64-bit digest of bytes, to notice damage (not malice): the xxHash64 of its specification,
/// https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md.
///
/// Each step maps its 8 bytes one to one, so that damage within 8 bytes is always noticed.
public struct Digest: Equatable, Sendable, CustomStringConvertible {
    /// The hash.
    public let value: UInt64

    /// 16 hexadecimal digits.
    public var description: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static let primes: (UInt64, UInt64, UInt64, UInt64, UInt64) = (
        0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63,
        0x27D4_EB2F_1656_67C5
    )

    /// Digest of an array.
    public init(_ bytes: [UInt8], seed: UInt64 = 0) {
        self = bytes.withUnsafeBytes { Digest($0, seed: seed) }
    }

    /// Digest of a text's UTF-8 bytes.
    public init(_ text: String, seed: UInt64 = 0) { self.init(Array(text.utf8), seed: seed) }

    /// Digest of memory.
    public init(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) {
        var position = 0
        var hash = Self.wideRounds(bytes, seed, &position) &+ UInt64(bytes.count)
        let (p1, p2, p3, p4, p5) = Self.primes
        while position + 8 <= bytes.count {
            hash = Self.rotated(hash ^ Self.round(0, Self.word(bytes, position)), 27) &* p1 &+ p4
            position += 8
        }
        if position + 4 <= bytes.count {
            let half = UInt64(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
            hash = Self.rotated(hash ^ (half &* p1), 23) &* p2 &+ p3
            position += 4
        }
        while position < bytes.count {
            hash = Self.rotated(hash ^ (UInt64(bytes[position]) &* p5), 11) &* p1
            position += 1
        }
        hash = (hash ^ (hash >> 33)) &* p2
        hash = (hash ^ (hash >> 29)) &* p3
        value = hash ^ (hash >> 32)
    }

    /// Takes in all whole groups of 32 bytes.
    private static func wideRounds(
        _ bytes: UnsafeRawBufferPointer, _ seed: UInt64, _ position: inout Int
    ) -> UInt64 {
        let (p1, p2, _, p4, p5) = primes
        if bytes.count < 32 { return seed &+ p5 }
        var (a, b, c, d) = (seed &+ p1 &+ p2, seed &+ p2, seed, seed &- p1)
        while position + 32 <= bytes.count {
            a = round(a, word(bytes, position))
            b = round(b, word(bytes, position + 8))
            c = round(c, word(bytes, position + 16))
            d = round(d, word(bytes, position + 24))
            position += 32
        }
        let hash = rotated(a, 1) &+ rotated(b, 7) &+ rotated(c, 12) &+ rotated(d, 18)
        return [a, b, c, d].reduce(hash) { ($0 ^ round(0, $1)) &* p1 &+ p4 }
    }

    @inline(__always)
    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    @inline(__always)
    private static func rotated(_ value: UInt64, _ bits: UInt64) -> UInt64 { value << bits | value >> (64 - bits) }

    @inline(__always)
    private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        rotated(lane &+ word &* primes.1, 31) &* primes.0
    }
}
