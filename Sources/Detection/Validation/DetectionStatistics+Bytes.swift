import Diagnostics

extension DetectionStatistics {
    /// For sending to rank 0; `init(bytes:)` reads it.
    public var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(rows.count * 14 + truths.count * 12 + 24)
        for number in [images, rows.count, truths.count, confusion.counts.count, shown.count, reported.count] {
            append(UInt64(number), to: &out)
        }
        for row in rows {
            append(row.image, to: &out)
            append(row.confidence.bitPattern, to: &out)
            append(row.category, to: &out)
            append(row.matches, to: &out)
        }
        for truth in truths {
            append(truth.image, to: &out)
            append(truth.category, to: &out)
            append(truth.count, to: &out)
        }
        for (cell, count) in confusion.counts {
            append(cell.predicted, to: &out)
            append(cell.actual, to: &out)
            append(UInt64(count), to: &out)
        }
        for row in shown {
            append(row.batch, to: &out)
            append(row.place, to: &out)
            append(row.detection, to: &out)
        }
        for row in reported {
            append(row.image, to: &out)
            append(row.detection, to: &out)
        }
        return out
    }

    /// - Throws: `Problem` when the bytes are not what `bytes` writes.
    public init(bytes: [UInt8]) throws {
        var reader = Reader(bytes)
        self.init()
        images = try reader.number(below: 1 << 40)
        let rowCount = try reader.number(below: bytes.count)
        let truthCount = try reader.number(below: bytes.count)
        let cellCount = try reader.number(below: bytes.count)
        let shownCount = try reader.number(below: bytes.count)
        let reportedCount = try reader.number(below: bytes.count)
        for _ in 0..<rowCount {
            let row = Row(
                image: try reader.read(), confidence: Float(bitPattern: try reader.read()), category: try reader.read(),
                matches: try reader.read())
            rows.append(row)
        }
        for _ in 0..<truthCount {
            truths.append(Truth(image: try reader.read(), category: try reader.read(), count: try reader.read()))
        }
        for _ in 0..<cellCount {
            let cell = ConfusionMatrix.Cell(predicted: try reader.read(), actual: try reader.read())
            confusion.counts[cell, default: 0] += try reader.number(below: 1 << 40)
        }
        for _ in 0..<shownCount {
            shown.append(Shown(batch: try reader.read(), place: try reader.read(), detection: try reader.detection()))
        }
        for _ in 0..<reportedCount {
            reported.append(Reported(image: try reader.read(), detection: try reader.detection()))
        }
        try reader.finish()
    }
}

private func append<Value: FixedWidthInteger>(_ value: Value, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
}

private func append(_ detection: DetectedBox, to bytes: inout [UInt8]) {
    for side in 0..<4 { append(detection.box[side].bitPattern, to: &bytes) }
    append(detection.confidence.bitPattern, to: &bytes)
    append(Int32(detection.category), to: &bytes)
}

/// Reads little-endian numbers one after the other.
private struct Reader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func read<Value: FixedWidthInteger>() throws -> Value {
        let size = MemoryLayout<Value>.size
        guard offset + size <= bytes.count else { throw Reader.problem }
        defer { offset += size }
        return bytes.withUnsafeBytes {
            Value(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Value.self))
        }
    }

    mutating func number(below limit: Int) throws -> Int {
        let value: UInt64 = try read()
        guard value < UInt64(limit) else { throw Reader.problem }
        return Int(value)
    }

    mutating func detection() throws -> DetectedBox {
        var box = SIMD4<Float>()
        for side in 0..<4 { box[side] = Float(bitPattern: try read()) }
        let confidence = Float(bitPattern: try read())
        let category: Int32 = try read()
        return DetectedBox(box: box, confidence: confidence, category: Int(category))
    }

    func finish() throws {
        guard offset == bytes.count else { throw Reader.problem }
    }

    static var problem: Problem {
        Problem(
            "validation results from another rank cannot be read", remedy: "Run the same program on every host",
            exit: .internalError)
    }
}
