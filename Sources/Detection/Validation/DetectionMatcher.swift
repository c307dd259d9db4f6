import Configuration

/// Decides which detections are right, at each of ten demands on their overlap with a labelled box.
public struct DetectionMatcher: Equatable, Sendable {
    /// Demanded overlaps, 0.50 to 0.95.
    public static let demands: [Float] = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]

    /// The release whose rules hold.
    public var compatibility: Compatibility

    /// A matcher by the rules of a release.
    public init(compatibility: Compatibility = .current) {
        self.compatibility = compatibility
    }

    /// For each detection, bit `d` says whether it is right at demand `d`.
    ///
    /// - Parameters:
    ///   - detections: of one image, most confident first.
    ///   - labels: of the same image, in the same pixels.
    public func match(_ detections: [DetectedBox], _ labels: [LabelledBox]) -> [UInt16] {
        match(
            labels.map { label in
                detections.map { detection in
                    detection.category == label.category
                        ? intersectionOverUnion(label.box, detection.box, epsilon: 1e-7) : 0
                }
            }, count: detections.count)
    }

    /// The same from overlaps of labels (rows) with detections, 0 where the categories differ.
    func match(_ overlaps: [[Float]], count: Int) -> [UInt16] {
        var result = [UInt16](repeating: 0, count: count)
        for (place, demand) in DetectionMatcher.demands.enumerated() {
            let right = compatibility == .v83 ? byOverlap(overlaps, demand) : byConfidence(overlaps, demand, count)
            for detection in right { result[detection] |= 1 << UInt16(place) }
        }
        return result
    }

    /// Each detection in turn takes the free label that it overlaps most.
    private func byConfidence(_ overlaps: [[Float]], _ demand: Float, _ count: Int) -> [Int] {
        var free = Array(overlaps.indices)
        var right: [Int] = []
        for detection in 0..<count {
            if free.isEmpty { break }
            var best = (place: -1, overlap: -Float.infinity)
            for (place, label) in free.enumerated() where overlaps[label][detection] > best.overlap {
                best = (place, overlaps[label][detection])
            }
            if best.overlap >= demand {
                free.remove(at: best.place)
                right.append(detection)
            }
        }
        return right
    }

    /// Each detection has its best label only; where several have the same, the earliest of them gets it.
    private func byOverlap(_ overlaps: [[Float]], _ demand: Float) -> [Int] {
        let count = overlaps.first?.count ?? 0
        var taken = Set<Int>()
        var right: [Int] = []
        for detection in 0..<count {
            var best = (label: -1, overlap: -Float.infinity)
            for label in overlaps.indices where overlaps[label][detection] >= max(demand, best.overlap) {
                best = (label, overlaps[label][detection])
            }
            if best.label >= 0, taken.insert(best.label).inserted { right.append(detection) }
        }
        return right
    }
}
