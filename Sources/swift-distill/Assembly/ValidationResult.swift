import Detection
import Foundation

/// What a validation found, for people and as JSON.
struct ValidationResult: Encodable {
    /// Precision, recall and mean average precision.
    struct Quality: Encodable {
        var name: String
        var images: Int
        var instances: Int
        var precision: Double
        var recall: Double
        var map50: Double
        var map50To95: Double

        enum CodingKeys: String, CodingKey {
            case name, images, instances, precision, recall
            case map50 = "mAP50"
            case map50To95 = "mAP50-95"
        }
    }

    var model: String
    var all: Quality
    var classes: [Quality]
    /// Box, class and distribution focal loss.
    var losses: [Double]
    var ranks: Int
    var seconds: Double
    var millisecondsPerImage: Double
    /// Milliseconds of a rank per image: preprocess, inference, loss, postprocess.
    var speed: [String: Double]
    /// Detections by reported (row) and true class (column), background last; where pictures were asked for.
    var confusion: [[Int]]?
    /// Folder of the pictures.
    var pictures: String?
    /// The list of all boxes.
    var predictions: String?
    private let table: String
    private let speedText: String

    enum CodingKeys: String, CodingKey {
        case model, all, classes, losses, ranks, seconds, speed
        case pictures, predictions
        case millisecondsPerImage = "ms_per_image"
        case confusion = "confusion_matrix"
    }

    init(
        model: String, _ metrics: DetectionMetrics, losses: [Double], seconds: Double, ranks: Int,
        times: ValidationTimes
    ) {
        self.model = model
        self.losses = losses
        self.ranks = ranks
        self.seconds = seconds
        millisecondsPerImage = 1e3 * seconds / Double(max(metrics.images, 1))
        speed = ValidationTimes.Part.allCases.reduce(into: [:]) { $0[$1.name] = times.milliseconds($1) }
        speedText = times.text
        table = metrics.table(perClass: true)
        all = Quality(
            name: "all", images: metrics.images, instances: metrics.instances, precision: metrics.precision,
            recall: metrics.recall, map50: metrics.map50, map50To95: metrics.map50To95)
        classes = metrics.categories.map {
            Quality(
                name: $0.name, images: $0.images, instances: $0.instances, precision: $0.precision, recall: $0.recall,
                map50: $0.ap50, map50To95: $0.ap50To95)
        }
    }

    /// The field's table and line of speeds, and how long all of it took.
    var text: String {
        let whole = String(
            format: "all: %.1f ms per image, %.1f images/s", millisecondsPerImage,
            1e3 / max(millisecondsPerImage, 1e-9))
        return "\(table)\n\(speedText)\n\(whole), \(ranks) rank\(ranks == 1 ? "" : "s"), loading and scoring included"
            + (pictures.map { "\nResults saved to \($0)" } ?? "") + (predictions.map { "\nAll boxes: \($0)" } ?? "")
    }
}
