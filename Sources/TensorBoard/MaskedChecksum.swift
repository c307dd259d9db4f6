/// CRC-32C (Castagnoli), masked as TFRecord files want it.
enum MaskedChecksum {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
    }

    /// The plain checksum.
    static func crc32c(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    }

    /// Turned and shifted, so that a checksum of data that hold checksums stays meaningful.
    static func of(_ bytes: [UInt8]) -> UInt32 {
        let sum = crc32c(bytes)
        return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
    }
}
