/// A ZIP archive written byte by byte, for tests, with every field open to lies.
struct ZipText {
    struct Entry {
        var name: String
        var bytes: [UInt8]
        /// Packs by deflate (in its form without compression).
        var isDeflated = false
        /// What the directory claims instead of the truth.
        var claimedSize: Int?
        var claimedPackedSize: Int?
        var claimedChecksum: UInt32?
        var method: Int?
        var flags = 0
        /// Writes the sizes as 64-bit numbers in an extra field.
        var isZip64 = false
    }

    var entries: [Entry] = []
    var claimedCount: Int?

    var bytes: [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            let packed = entry.isDeflated ? Self.deflated(entry.bytes) : entry.bytes
            let method = entry.method ?? (entry.isDeflated ? 8 : 0)
            let sizes = (entry.claimedPackedSize ?? packed.count, entry.claimedSize ?? entry.bytes.count)
            let name = Array(entry.name.utf8)
            let extra = entry.isZip64 ? number(1, 2) + number(16, 2) + number(sizes.1, 8) + number(sizes.0, 8) : []
            let shown = entry.isZip64 ? (0xFFFF_FFFF, 0xFFFF_FFFF) : sizes
            var common = number(entry.isZip64 ? 45 : 20, 2) + number(0x0800 | entry.flags, 2)
            common += number(method, 2) + number(0, 4)
            common += number(Int(entry.claimedChecksum ?? Self.checksum(entry.bytes)), 4)
            common += number(shown.0, 4) + number(shown.1, 4) + number(name.count, 2) + number(extra.count, 2)
            let place = file.count
            file += [0x50, 0x4B, 3, 4]
            file += common + name + extra + packed
            directory += [0x50, 0x4B, 1, 2, 20, 0]
            directory += common + number(0, 2 + 2 + 2 + 4) + number(place, 4) + name + extra
        }
        let count = claimedCount ?? entries.count
        var end: [UInt8] = [0x50, 0x4B, 5, 6, 0, 0, 0, 0]
        end += number(count, 2) + number(count, 2)
        end += number(directory.count, 4) + number(file.count, 4) + number(0, 2)
        return file + directory + end
    }

    private func number(_ value: Int, _ size: Int) -> [UInt8] { PickleText.number(value, size) }

    private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
        var packed: [UInt8] = []
        for start in stride(from: 0, to: max(bytes.count, 1), by: 65535) {
            let block = bytes[start...].prefix(65535)
            let isLast: UInt8 = start + 65535 >= bytes.count ? 1 : 0
            packed += [isLast] + PickleText.number(block.count, 2) + PickleText.number(~block.count, 2) + block
        }
        return packed
    }

    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum = ~UInt32(0)
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? (sum >> 1) ^ 0xEDB8_8320 : sum >> 1 }
        }
        return ~sum
    }

    /// A checkpoint as `torch.save` lays it out.
    static func checkpoint(_ root: PickleText, storages: [(String, [UInt8])] = []) -> ZipText {
        checkpoint(pickle: root.pickle, storages: storages)
    }

    static func checkpoint(pickle: [UInt8], storages: [(String, [UInt8])] = []) -> ZipText {
        var zip = ZipText()
        zip.entries = [
            Entry(name: "best/data.pkl", bytes: pickle), Entry(name: "best/byteorder", bytes: Array("little".utf8)),
        ]
        zip.entries += storages.map { Entry(name: "best/data/\($0.0)", bytes: $0.1) }
        zip.entries.append(Entry(name: "best/version", bytes: Array("3\n".utf8)))
        return zip
    }
}

/// The bytes of numbers in memory order.
func raw<Number>(_ numbers: [Number]) -> [UInt8] { numbers.withUnsafeBytes { Array($0) } }
