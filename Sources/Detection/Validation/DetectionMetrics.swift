import Configuration

/// How good a detector is on a split.
public struct DetectionMetrics: Equatable, Sendable {
    /// How good it is at one category.
    public struct Category: Equatable, Sendable {
        /// Class index.
        public var index: Int
        /// Class name.
        public var name: String
        /// Images that contain the category.
        public var images: Int
        /// Labelled objects.
        public var instances: Int
        /// Part of the detections that are right.
        public var precision: Double
        /// Part of the objects that are found.
        public var recall: Double
        /// Harmonic mean of the two.
        public var f1: Double
        /// Detections that are right and wrong at the confidence where these three are read.
        public var truePositives: Int
        /// Like `truePositives`.
        public var falsePositives: Int
        /// At the ten demands 0.50 to 0.95.
        public var averagePrecision: [Double]

        /// Average precision at the lowest demand.
        public var ap50: Double { averagePrecision[0] }
        /// Mean of the average precision over the ten demands.
        public var ap50To95: Double { mean(averagePrecision) }
    }

    /// Categories that the labels contain, ascending.
    public let categories: [Category]
    /// Images seen.
    public let images: Int
    /// Confidence at which precision and recall are read: that of the best mean F1.
    public let confidence: Double
    /// One per category, for plots.
    public let curves: [ClassCurve]

    /// - Parameters:
    ///   - curves: of the categories with labels.
    ///   - imagesByCategory: images that contain each category.
    ///   - names: of all categories.
    init(curves: [ClassCurve], imagesByCategory: [Int: Int], images: Int, names: [String]) {
        let best = DetectionMetrics.bestConfidence(curves)
        self.curves = curves
        self.images = images
        confidence = AveragePrecision.confidences[best]
        categories = curves.map { curve in
            let precision = curve.precision[best]
            let recall = curve.recall[best]
            let right = (recall * Double(curve.instances)).rounded(.toNearestOrEven)
            let wrong = (right / (precision + AveragePrecision.epsilon) - right).rounded(.toNearestOrEven)
            return Category(
                index: curve.category,
                name: names.indices.contains(curve.category) ? names[curve.category] : "\(curve.category)",
                images: imagesByCategory[curve.category] ?? 0, instances: curve.instances, precision: precision,
                recall: recall, f1: curve.f1[best], truePositives: Int(right), falsePositives: Int(wrong),
                averagePrecision: curve.averagePrecision)
        }
    }

    /// Place of the highest mean F1, smoothed so that a lucky spike does not win.
    private static func bestConfidence(_ curves: [ClassCurve]) -> Int {
        if curves.isEmpty { return 0 }
        let f1 = curves.map(\.f1)
        let means = AveragePrecision.confidences.indices.map { place in mean(f1.map { $0[place] }) }
        let width = Int((Double(means.count) * 0.1 * 2).rounded(.toNearestOrEven)) / 2 + 1
        let edge = width / 2
        let padded =
            [Double](repeating: means[0], count: edge) + means
            + [Double](repeating: means[means.count - 1], count: edge)
        var best = (place: 0, value: -Double.infinity)
        for place in means.indices {
            // Added afresh for each place: a running sum would make plateaus uneven.
            let value = padded[place..<place + width].reduce(0) { $0 + $1 / Double(width) }
            if value > best.value { best = (place, value) }
        }
        return best.place
    }

    /// Labelled objects.
    public var instances: Int { categories.reduce(0) { $0 + $1.instances } }
    /// Mean over categories, as all that follow; 0 without labels.
    public var precision: Double { mean(categories.map(\.precision)) }
    /// Mean part of the objects that are found.
    public var recall: Double { mean(categories.map(\.recall)) }
    /// Mean of `ap50`.
    public var map50: Double { mean(categories.map(\.ap50)) }
    /// Mean of `ap50To95`.
    public var map50To95: Double { mean(categories.map(\.ap50To95)) }

    /// Names as in the field's `results.csv`, with values rounded as there.
    public var reported: [(name: String, value: Double)] {
        [
            ("metrics/precision(B)", precision), ("metrics/recall(B)", recall), ("metrics/mAP50(B)", map50),
            ("metrics/mAP50-95(B)", map50To95),
        ].map { ($0.0, roundedForReport($0.1)) }
    }
}

/// Five decimals, as the field reports metrics and losses.
public func roundedForReport(_ value: Double) -> Double { (value * 1e5).rounded(.toNearestOrEven) / 1e5 }

private func mean(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
}
