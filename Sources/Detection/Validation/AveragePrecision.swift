import Configuration

/// Precision and recall of one category over all confidences.
public struct ClassCurve: Equatable, Sendable {
    /// Class index.
    public var category: Int
    /// Labelled objects.
    public var instances: Int
    /// Average precision at each of the ten demands of `DetectionMatcher`.
    public var averagePrecision: [Double]
    /// At the lowest demand, over `AveragePrecision.confidences`.
    public var precision: [Double]
    /// Like `precision`.
    public var recall: [Double]
    /// At the lowest demand, precision over `AveragePrecision.confidences` read as recalls.
    public var precisionByRecall: [Double]

    /// Harmonic mean of precision and recall.
    public var f1: [Double] { zip(precision, recall).map { 2 * $0 * $1 / ($0 + $1 + AveragePrecision.epsilon) } }
}

/// Average precision per category as the reference computes it, in Double.
public enum AveragePrecision {
    static let epsilon = 1e-16
    /// Abscissae of the curves, 0…1.
    public static let confidences = unitSpace(1000)
    private static let recalls = unitSpace(101)

    /// A detection, judged.
    struct Judged {
        var confidence: Double
        var category: Int
        /// As from `DetectionMatcher`.
        var matches: UInt16
    }

    /// One curve for each category with labels, by category.
    ///
    /// - Parameters:
    ///   - detections: most confident first.
    ///   - instances: labelled objects by category.
    static func curves(
        _ detections: [Judged], instances: [Int: Int], compatibility: Compatibility
    ) -> [ClassCurve] {
        var byCategory: [Int: [Judged]] = [:]
        for detection in detections { byCategory[detection.category, default: []].append(detection) }
        return instances.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { category, count in
            curve(category, byCategory[category] ?? [], instances: count, compatibility: compatibility)
        }
    }

    private static func curve(
        _ category: Int, _ detections: [Judged], instances: Int, compatibility: Compatibility
    ) -> ClassCurve {
        let demands = DetectionMatcher.demands.count
        var result = ClassCurve(
            category: category, instances: instances, averagePrecision: [Double](repeating: 0, count: demands),
            precision: [Double](repeating: 0, count: confidences.count),
            recall: [Double](repeating: 0, count: confidences.count),
            precisionByRecall: [Double](repeating: 0, count: confidences.count))
        if detections.isEmpty { return result }
        for demand in 0..<demands {
            let (precision, recall) = points(detections, demand: demand, instances: instances)
            let envelope = envelope(precision, recall, compatibility: compatibility)
            result.averagePrecision[demand] = area(under: envelope)
            if demand == 0 {
                // Confidences descend: turned round, they ascend.
                let abscissae = detections.map { -$0.confidence }
                let recallLine = Interpolation(abscissae, recall, left: 0)
                let precisionLine = Interpolation(abscissae, precision, left: 1)
                result.recall = confidences.map { recallLine(-$0) }
                result.precision = confidences.map { precisionLine(-$0) }
                result.precisionByRecall = confidences.map { envelope($0) }
            }
        }
        return result
    }

    /// Precision and recall after each detection.
    private static func points(
        _ detections: [Judged], demand: Int, instances: Int
    ) -> (precision: [Double], recall: [Double]) {
        var right = 0.0
        var precision: [Double] = []
        var recall: [Double] = []
        for (index, detection) in detections.enumerated() {
            right += Double(detection.matches >> UInt16(demand) & 1)
            precision.append(right / Double(index + 1))
            recall.append(right / (Double(instances) + epsilon))
        }
        return (precision, recall)
    }

    /// Precision over recall, made to descend.
    private static func envelope(
        _ precision: [Double], _ recall: [Double], compatibility: Compatibility
    ) -> Interpolation {
        // The reference lets precision fall to 0 behind the last recall; before, it sloped down to recall 1.
        let ends = compatibility == .v83 ? [1] : [recall[recall.count - 1], 1]
        var ordinates = [1] + precision + [Double](repeating: 0, count: ends.count)
        for index in stride(from: ordinates.count - 2, through: 0, by: -1) {
            ordinates[index] = max(ordinates[index], ordinates[index + 1])
        }
        return Interpolation([0] + recall + ends, ordinates)
    }

    private static func area(under line: Interpolation) -> Double {
        let values = recalls.map { line($0) }
        var sum = 0.0
        for index in 1..<recalls.count {
            let width = recalls[index] - recalls[index - 1]
            sum += width * (values[index] + values[index - 1]) / 2
        }
        return sum
    }
}
