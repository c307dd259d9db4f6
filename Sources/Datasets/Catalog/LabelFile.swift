import Configuration
import Diagnostics
import Foundation

/// The rules of label files: one object per line, `class cx cy w h` or `class x1 y1 x2 y2 …`.
///
/// Source: spec of the data sets, section 3.
struct LabelRules: Sendable {
    var classes: Int
    /// All objects are class 0 and the written class is not checked.
    var singleClass: Bool
    /// Written classes whose objects count; nil takes all.
    var wanted: Set<Int>? = nil
    var compatibility: Compatibility

    /// Limits that no honest label file reaches.
    static let largestFile = 10 << 20
    static let mostRows = 100_000

    /// What a label file holds.
    struct Contents: Equatable {
        var objects: [ImageCatalog.Object] = []
        var hasPolygons = false
        var duplicates = 0
    }

    /// A broken rule.
    struct Fault: Error, Equatable {
        var line: Int?
        var reason: String
        /// The largest class of the file, when the data set has fewer.
        var unknownClass: Int?
    }

    /// A line's numbers: class first.
    private struct Row {
        var line: Int
        var values: [Float]
    }

    /// The objects of a file's bytes.
    func parse(_ bytes: UnsafeRawBufferPointer) throws(Fault) -> Contents {
        if bytes.count > LabelRules.largestFile {
            throw Fault(reason: "label file has \(bytes.count) bytes (limit \(LabelRules.largestFile))")
        }
        let rows = try numbers(bytes)
        do throws(Fault) {
            return try rows.contains { $0.values.count > 6 } ? polygons(rows) : boxes(rows)
        } catch {
            guard error.unknownClass != nil else { throw error }
            var fault = error
            fault.unknownClass = rows.map { LabelRules.number($0.values[0]) }.max()
            throw fault
        }
    }

    /// A class as it was written; of hostile ones some large number.
    private static func number(_ category: Float) -> Int {
        category.isFinite ? Int(min(max(category, 0), 1e9)) : 0
    }

    private func numbers(_ bytes: UnsafeRawBufferPointer) throws(Fault) -> [Row] {
        var rows: [Row] = []
        var position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var line = 0
        while position < bytes.count {
            line += 1
            var end = position
            while end < bytes.count, bytes[end] != 10, bytes[end] != 13 { end += 1 }
            let values = try numbers(bytes, position..<end, line: line)
            if !values.isEmpty { rows.append(Row(line: line, values: values)) }
            if rows.count > LabelRules.mostRows {
                throw Fault(line: line, reason: "more than \(LabelRules.mostRows) objects")
            }
            let isPair = end + 1 < bytes.count && bytes[end] == 13 && bytes[end + 1] == 10
            position = end + (isPair ? 2 : 1)
        }
        return rows
    }

    private func numbers(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, line: Int
    ) throws(Fault) -> [Float] {
        var values: [Float] = []
        var position = range.lowerBound
        func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...12).contains(byte) }
        while true {
            while position < range.upperBound, isSpace(bytes[position]) { position += 1 }
            if position == range.upperBound { return values }
            let start = position
            while position < range.upperBound, !isSpace(bytes[position]) { position += 1 }
            let word = String(decoding: bytes[start..<min(position, start + 64)], as: UTF8.self)
            let isPlain = bytes[start..<position].allSatisfy { byte in
                (48...57).contains(byte) || [43, 45, 46, 69, 101].contains(byte)
            }
            if isPlain, let value = Double(word) {
                values.append(Float(value))
            } else if ["nan", "inf", "infinity"].contains(word.lowercased().drop { "+-".contains($0) }) {
                throw Fault(line: line, reason: "'\(word)' is not finite")
            } else {
                throw Fault(line: line, reason: "'\(LabelRules.printable(word))' is not a number")
            }
        }
    }

    /// Text from a file made safe for a terminal.
    private static func printable(_ word: String) -> String {
        String(word.unicodeScalars.map { $0.value < 32 || (127..<160).contains($0.value) ? "?" : Character($0) })
    }
}

extension LabelRules {
    private func boxes(_ rows: [Row]) throws(Fault) -> Contents {
        for row in rows where row.values.count != 5 {
            throw Fault(line: row.line, reason: "\(row.values.count) columns instead of 5 (class cx cy w h)")
        }
        for row in rows { try check(row.line, row.values[0], row.values) }
        var kept = rows.map(\.values).filter { isWanted($0[0]) }
        let distinct = Set(kept)
        let duplicates = kept.count - distinct.count
        // As the reference does: in order of the file, unless something was dropped.
        if duplicates > 0 { kept = distinct.sorted { $0.lexicographicallyPrecedes($1) } }
        return Contents(
            objects: kept.map { object($0[0], SIMD4($0[1], $0[2], $0[3], $0[4])) }, duplicates: duplicates)
    }

    private func polygons(_ rows: [Row]) throws(Fault) -> Contents {
        var seen: Set<[Float]> = []
        var result = Contents(hasPolygons: true)
        for row in rows {
            let values = row.values
            if values.count == 5 { throw Fault(line: row.line, reason: "a box among polygons") }
            if values.count % 2 == 0 || values.count < 5 {
                throw Fault(line: row.line, reason: "\(values.count) columns; a polygon is a class and pairs x y")
            }
            var low = SIMD2(values[1], values[2]), high = low
            for i in stride(from: 1, to: values.count, by: 2) {
                let point = SIMD2(values[i], values[i + 1])
                low = pointwiseMin(low, point)
                high = pointwiseMax(high, point)
            }
            let centre = (low + high) / 2, extent = high - low
            let box = SIMD4(centre.x, centre.y, extent.x, extent.y)
            try check(row.line, values[0], [values[0], box.x, box.y, box.z, box.w])
            if !isWanted(values[0]) { continue }
            if seen.insert(values).inserted {
                result.objects.append(object(values[0], box))
            } else {
                result.duplicates += 1
            }
        }
        return result
    }

    private func isWanted(_ category: Float) -> Bool { wanted?.contains(LabelRules.number(category)) ?? true }

    private func object(_ category: Float, _ box: SIMD4<Float>) -> ImageCatalog.Object {
        ImageCatalog.Object(category: singleClass ? 0 : Int(category), box: box)
    }

    private func check(_ line: Int, _ category: Float, _ values: [Float]) throws(Fault) {
        for value in values where !value.isFinite { throw Fault(line: line, reason: "'\(value)' is not finite") }
        let tolerant = compatibility == .current
        let largest: Float = tolerant ? 1.01 : 1
        for value in values.dropFirst() where value > largest {
            throw Fault(line: line, reason: "coordinate \(value) is above 1; coordinates are fractions of the image")
        }
        // Centres a little outside are tolerated, extents and classes below zero are not.
        for (column, value) in values.enumerated() where value < 0 {
            let isCentre = column == 1 || column == 2
            if isCentre && tolerant && value >= -0.01 { continue }
            throw Fault(line: line, reason: column == 0 ? "class \(value) is negative" : "\(value) is negative")
        }
        if category.rounded() != category { throw Fault(line: line, reason: "class \(category) is not an integer") }
        if !singleClass && category >= Float(classes) {
            let written = LabelRules.number(category)
            throw Fault(
                line: line, reason: "class \(written) but the data set has \(classes) (0 to \(classes - 1))",
                unknownClass: written)
        }
    }
}
