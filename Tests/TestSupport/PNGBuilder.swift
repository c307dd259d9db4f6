/// Makes PNG files of any kind from raw rows, with stored (uncompressed) data.
struct PNGBuilder {
    var width: Int
    var height: Int
    var bitDepth: UInt8 = 8
    /// 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGB and alpha.
    var colorType: UInt8 = 2
    var interlaced = false
    /// Chunks between the header and the pixels.
    var extra: [(name: String, data: [UInt8])] = []

    /// The file; `rows` are the bytes of all (sub)rows with their filter byte.
    func file(_ rows: [UInt8]) -> [UInt8] {
        let header = Self.number(width) + Self.number(height) + [bitDepth, colorType, 0, 0, interlaced ? 1 : 0]
        var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + Self.chunk("IHDR", header)
        for (name, data) in extra { bytes += Self.chunk(name, data) }
        return bytes + Self.chunk("IDAT", Self.stored(rows)) + Self.chunk("IEND", [])
    }

    static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + data
        return number(data.count) + body + number(Int(checksum(body)))
    }

    static func number(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 255) } }

    /// A zlib stream of stored blocks.
    static func stored(_ data: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [0x78, 0x01]
        var position = 0
        repeat {
            let count = min(65_535, data.count - position)
            let low = UInt8(count & 255), high = UInt8(count >> 8)
            bytes += [position + count == data.count ? 1 : 0, low, high, ~low, ~high]
            bytes += data[position..<position + count]
            position += count
        } while position < data.count
        var a = 1, b = 0
        for byte in data {
            a = (a + Int(byte)) % 65_521
            b = (b + a) % 65_521
        }
        return bytes + number(b << 16 | a)
    }

    private static func checksum(_ data: [UInt8]) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in data {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? 0xEDB8_8320 ^ (crc >> 1) : crc >> 1 }
        }
        return ~crc
    }
}
