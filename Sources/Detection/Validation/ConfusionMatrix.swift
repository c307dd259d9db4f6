import Configuration

/// What detections call the objects that are there: rows are predicted, columns labelled, the last of each background.
public struct ConfusionMatrix: Equatable, Sendable {
    private static let overlap: Float = 0.45

    /// Categories, background not counted.
    public let classCount: Int
    /// `(classCount + 1)²` counts, row by row.
    public internal(set) var counts: [Int]

    /// Zeros.
    public init(classCount: Int) {
        self.classCount = classCount
        counts = [Int](repeating: 0, count: (classCount + 1) * (classCount + 1))
    }

    /// Objects labelled `labelled` that were called `predicted`; `classCount` stands for background.
    public subscript(predicted predicted: Int, labelled labelled: Int) -> Int {
        get { counts[predicted * (classCount + 1) + labelled] }
        set { counts[predicted * (classCount + 1) + labelled] = newValue }
    }

    /// Adds the counts of other images.
    public mutating func merge(_ other: ConfusionMatrix) {
        precondition(classCount == other.classCount, "matrices of other classes")
        for index in counts.indices { counts[index] += other.counts[index] }
    }

    /// Counts one image.
    ///
    /// - Parameters:
    ///   - detections: most confident first.
    ///   - confidence: detections at most this sure are left out.
    public mutating func add(
        _ detections: [DetectedBox], _ labels: [LabelledBox], confidence: Float, compatibility: Compatibility
    ) {
        let detections = detections.filter { $0.confidence > confidence }
        let overlaps = labels.map { label in
            detections.map { intersectionOverUnion(label.box, $0.box, epsilon: 1e-7) }
        }
        let pairs = compatibility == .v83 ? pairsByOverlap(overlaps) : pairsByConfidence(overlaps, detections.count)
        for (index, label) in labels.enumerated() {
            self[predicted: pairs[index].map { detections[$0].category } ?? classCount, labelled: label.category] += 1
        }
        let matched = Set(pairs.values)
        for (index, detection) in detections.enumerated() where !matched.contains(index) {
            self[predicted: detection.category, labelled: classCount] += 1
        }
    }

    /// Detection of each matched label: each detection takes the free label that it overlaps most.
    private func pairsByConfidence(_ overlaps: [[Float]], _ count: Int) -> [Int: Int] {
        var pairs: [Int: Int] = [:]
        for detection in 0..<count {
            var best = (label: -1, overlap: ConfusionMatrix.overlap)
            for label in overlaps.indices where pairs[label] == nil && overlaps[label][detection] > best.overlap {
                best = (label, overlaps[label][detection])
            }
            if best.label >= 0 { pairs[best.label] = detection }
        }
        return pairs
    }

    /// The same, pair by pair from the largest overlap: a detection keeps its best label only.
    private func pairsByOverlap(_ overlaps: [[Float]]) -> [Int: Int] {
        var best: [(label: Int, detection: Int, overlap: Float)] = []
        for detection in 0..<(overlaps.first?.count ?? 0) {
            let labels = overlaps.indices.filter { overlaps[$0][detection] > ConfusionMatrix.overlap }
            if let label = labels.max(by: { overlaps[$0][detection] < overlaps[$1][detection] }) {
                best.append((label, detection, overlaps[label][detection]))
            }
        }
        best.sort { ($0.overlap, $1.detection) > ($1.overlap, $0.detection) }
        var pairs: [Int: Int] = [:]
        for pair in best where pairs[pair.label] == nil { pairs[pair.label] = pair.detection }
        return pairs
    }
}
