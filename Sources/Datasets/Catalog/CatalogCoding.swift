import Diagnostics

extension ImageCatalog {
    /// Marks the start of an encoded catalog, and its version.
    private static let mark: UInt64 = 0x5344_4341_5400_0001

    /// The catalog as bytes, for the ranks that did not scan. The report's rejections stay where they were found.
    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.put(ImageCatalog.mark)
        writer.put(root)
        writer.put(UInt64(classes.count))
        for name in classes { writer.put(name) }
        for value in [report.images, report.backgrounds, report.duplicates, report.labelFiles] {
            writer.put(UInt64(value))
        }
        writer.put(UInt64(entries.count))
        for entry in entries { writer.put(entry) }
        return writer.bytes
    }

    /// The catalog of `encoded()` bytes.
    public init(decoding bytes: [UInt8]) throws {
        var reader = ByteReader(bytes: bytes)
        guard try reader.number() == ImageCatalog.mark else { throw ByteReader.damaged }
        self.init(root: try reader.text(), entries: [], classes: [])
        for _ in 0..<(try reader.count(each: 8)) { classes.append(try reader.text()) }
        report.images = try reader.integer()
        report.backgrounds = try reader.integer()
        report.duplicates = try reader.integer()
        report.labelFiles = try reader.integer()
        for _ in 0..<(try reader.count(each: 48)) { entries.append(try reader.entry()) }
    }

    /// Identity of the data: names, sizes and labels of all images and the class names, not where they lie.
    /// 32 hexadecimal digits (FNV-1a, 128 bits).
    public var digest: String {
        var writer = ByteWriter()
        for name in classes { writer.put(name) }
        for entry in entries { writer.put(entry) }
        var hash: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
        let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013B
        for byte in writer.bytes { hash = (hash ^ UInt128(byte)) &* prime }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }
}

/// Appends values as little-endian bytes.
private struct ByteWriter {
    var bytes: [UInt8] = []

    mutating func put(_ value: UInt64) { withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) } }

    mutating func put(_ value: Float) {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ text: String) {
        put(UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func put(_ entry: ImageCatalog.Entry) {
        put(entry.name)
        for value in [entry.height, entry.width, entry.fileSize, entry.hasPolygons ? 1 : 0, entry.objects.count] {
            put(UInt64(value))
        }
        for object in entry.objects {
            put(UInt64(object.category))
            for i in 0..<4 { put(object.box[i]) }
        }
    }
}

/// Takes values from bytes; every length is checked before it is used.
private struct ByteReader {
    let bytes: [UInt8]
    var position = 0

    static let damaged = Problem("the list of images was damaged on its way between ranks", exit: .internalError)

    private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard count <= bytes.count - position else { throw ByteReader.damaged }
        defer { position += count }
        return bytes[position..<position + count]
    }

    mutating func number() throws -> UInt64 { try take(8).reversed().reduce(0) { $0 << 8 | UInt64($1) } }

    mutating func integer() throws -> Int {
        guard let value = Int(exactly: try number()) else { throw ByteReader.damaged }
        return value
    }

    /// A number of items that take at least `size` bytes each.
    mutating func count(each size: Int) throws -> Int {
        let value = try integer()
        guard value <= (bytes.count - position) / size else { throw ByteReader.damaged }
        return value
    }

    mutating func text() throws -> String { String(decoding: try take(try count(each: 1)), as: UTF8.self) }

    mutating func float() throws -> Float {
        Float(bitPattern: try take(4).reversed().reduce(0) { $0 << 8 | UInt32($1) })
    }

    mutating func entry() throws -> ImageCatalog.Entry {
        var entry = ImageCatalog.Entry(
            name: try text(), height: try integer(), width: try integer(), fileSize: try integer(), objects: [],
            hasPolygons: try integer() != 0)
        for _ in 0..<(try count(each: 24)) {
            let category = try integer()
            let box = SIMD4(try float(), try float(), try float(), try float())
            entry.objects.append(ImageCatalog.Object(category: category, box: box))
        }
        return entry
    }
}
