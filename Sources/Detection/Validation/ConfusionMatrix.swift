import Configuration

/// How often a detector takes things of one class for things of another, or for nothing, or nothing for something.
public struct ConfusionMatrix: Equatable, Sendable {
    /// A class that is reported, and the one that the labels say.
    struct Cell: Hashable {
        var predicted: Int32
        var actual: Int32
    }

    /// Stands for nothing: nothing found, or nothing there.
    static let background: Int32 = -1
    /// Overlap above which a detection and a label belong together, whatever their classes.
    static let overlap: Float = 0.45

    var counts: [Cell: Int] = [:]

    /// Nothing counted yet.
    public init() {}

    /// Detections of less confidence do not count.
    ///
    /// Source: spec of the validation, section 6.
    public static func confidence(of recipe: Recipe) -> Float {
        recipe.compat == .v83 && recipe.conf == Recipe().conf ? 0.25 : Float(recipe.conf)
    }

    /// Counts the detections and labels of one image.
    ///
    /// - Parameters:
    ///   - detections: most confident first, in the same pixels as `labels`.
    ///   - confidence: detections must be above it.
    public mutating func add(
        _ detections: [DetectedBox], _ labels: [LabelledBox], confidence: Float, compatibility: Compatibility = .current
    ) {
        let found = detections.filter { $0.confidence > confidence }
        let overlaps = labels.map { label in
            found.map { intersectionOverUnion(label.box, $0.box, epsilon: 1e-7) }
        }
        let partner =
            compatibility == .v83
            ? ConfusionMatrix.byOverlap(overlaps, found.count) : ConfusionMatrix.byConfidence(overlaps, found.count)
        var isTaken = [Bool](repeating: false, count: found.count)
        for (label, detection) in zip(labels, partner) {
            if let detection { isTaken[detection] = true }
            count(detection.map { Int32(found[$0].category) } ?? Self.background, Int32(label.category))
        }
        for (detection, isTaken) in zip(found, isTaken) where !isTaken {
            count(Int32(detection.category), Self.background)
        }
    }

    private mutating func count(_ predicted: Int32, _ actual: Int32) {
        counts[Cell(predicted: predicted, actual: actual), default: 0] += 1
    }

    /// Each detection in turn takes the free label that it overlaps most; the detection of each label.
    private static func byConfidence(_ overlaps: [[Float]], _ count: Int) -> [Int?] {
        var partner = [Int?](repeating: nil, count: overlaps.count)
        for detection in 0..<count {
            var best = (label: -1, overlap: overlap)
            for label in overlaps.indices where partner[label] == nil && overlaps[label][detection] > best.overlap {
                best = (label, overlaps[label][detection])
            }
            if best.label >= 0 { partner[best.label] = detection }
        }
        return partner
    }

    /// Each detection has its best label only; of several with the same, the one that overlaps most gets it.
    private static func byOverlap(_ overlaps: [[Float]], _ count: Int) -> [Int?] {
        var partner = [Int?](repeating: nil, count: overlaps.count)
        for detection in 0..<count {
            var best = (label: -1, overlap: overlap)
            for label in overlaps.indices where overlaps[label][detection] > best.overlap {
                best = (label, overlaps[label][detection])
            }
            guard best.label >= 0 else { continue }
            if let other = partner[best.label], overlaps[best.label][other] >= best.overlap { continue }
            partner[best.label] = detection
        }
        return partner
    }

    /// Adds what was counted elsewhere.
    mutating func merge(_ other: ConfusionMatrix) { counts.merge(other.counts, uniquingKeysWith: +) }

    /// Counts by reported (row) and true class (column); background is the last of both.
    public func table(classes: Int) -> [[Int]] {
        var table = [[Int]](repeating: [Int](repeating: 0, count: classes + 1), count: classes + 1)
        func place(_ category: Int32) -> Int? {
            category == Self.background ? classes : (0..<classes).contains(Int(category)) ? Int(category) : nil
        }
        for (cell, count) in counts {
            guard let row = place(cell.predicted), let column = place(cell.actual) else { continue }
            table[row][column] += count
        }
        return table
    }
}
