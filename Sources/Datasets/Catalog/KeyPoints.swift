/// The key points of every object of a data set, as `kpt_shape` tells.
public struct KeyPointShape: Equatable, Sendable {
    /// Points of an object.
    public var count: Int
    /// Numbers of a point: x, y, and perhaps whether it is visible.
    public var dimensions: Int

    /// Numbers of all points.
    var columns: Int { count * dimensions }
    /// As the data set file writes it.
    var text: String { "[\(count), \(dimensions)]" }
}

/// Whether rows that are read as polygons look like boxes with key points instead.
struct KeyPointLook: Equatable, Sendable {
    /// Numbers of every row.
    var columns: Int
    /// Rows seen.
    var rows: Int
    /// Numbers of a point for which all rows look so.
    var dimensions: Set<Int>

    /// What all rows together look like.
    init(_ rows: [LabelRules.Row]) {
        columns = rows.first?.values.count ?? 0
        self.rows = rows.count
        let columns = self.columns
        dimensions = Set([2, 3]).filter { size in
            rows.allSatisfy { $0.values.count == columns && KeyPointLook.fits($0.values, dimensions: size) }
        }
    }

    /// What these rows and earlier ones look like.
    func joined(after other: KeyPointLook?) -> KeyPointLook {
        guard let other else { return self }
        var result = self
        result.rows += other.rows
        result.dimensions = columns == other.columns ? dimensions.intersection(other.dimensions) : []
        return result
    }

    /// Key points so many numbers long; nil when the rows do not look so.
    func shape(dimensions size: Int) -> KeyPointShape? {
        dimensions.contains(size) ? KeyPointShape(count: (columns - 5) / size, dimensions: size) : nil
    }

    /// Whether the rows can hardly be anything else: with flags of visibility where a polygon would have coordinates.
    var certain: KeyPointShape? {
        guard let shape = shape(dimensions: 3), rows * shape.count >= 6 else { return nil }
        return shape
    }

    /// Whether a row could be a box in the picture, with points in it.
    private static func fits(_ row: [Float], dimensions size: Int) -> Bool {
        guard row.count > 5, (row.count - 5) % size == 0 else { return false }
        let centre = SIMD2(row[1], row[2]), extent = SIMD2(row[3], row[4])
        let low = centre - extent / 2, high = centre + extent / 2
        guard extent.min() > 0, low.min() >= -0.01, high.max() <= 1.01 else { return false }
        return stride(from: 5, to: row.count, by: size).allSatisfy { place in
            let point = SIMD2(row[place], row[place + 1])
            // A point that is not labelled lies at the corner of the picture.
            if point == SIMD2() { return size == 2 || row[place + 2] == 0 }
            if size == 3, ![0, 1, 2].contains(row[place + 2]) { return false }
            // People draw boxes tightly, but not exactly.
            return all(point .>= low - extent / 4) && all(point .<= high + extent / 4)
        }
    }
}
