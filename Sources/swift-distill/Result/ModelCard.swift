import Foundation

/// What a user must know about a student to use it and to trust it: `model_card.json` beside the weights.
struct ModelCard: Codable, Equatable {
    /// Metrics of a validation.
    struct Metrics: Codable, Equatable {
        var precision: Double
        var recall: Double
        var mAP50: Double
        var mAP50To95: Double

        /// Nil where nothing was measured.
        init?(_ values: [Double]) {
            guard values.count == 4 else { return nil }
            precision = values[0]
            recall = values[1]
            mAP50 = values[2]
            mAP50To95 = values[3]
        }

        enum CodingKeys: String, CodingKey {
            case precision, recall, mAP50
            case mAP50To95 = "mAP50-95"
        }
    }

    var task = "detect"
    /// Name of the run; nil in cards of before, as are the two below.
    var run: String?
    /// The number that epochs and results are compared by; nil when the run did not validate.
    var fitness: Double?
    /// What fitness is made of.
    var metric: String?
    var architecture: String
    var parameters: Int
    var classes: [String]
    var strides: [Int]
    /// Height and width.
    var imageSize: [Int]
    /// Of the student, on the validation images; nil when the run did not validate.
    var metrics: Metrics?
    /// Of the student before training, and of the teacher, where they were measured.
    var metricsAtStart: Metrics?
    var teacherMetrics: Metrics?
    var bestEpoch: Int
    var epochsTrained: Int
    /// The objective as an equation.
    var objective: String
    /// The resolved recipe as YAML.
    var recipe: String
    var teacher: String?
    /// Digest of the teacher's weights.
    var teacherDigest: String?
    /// Digest of the names, sizes and labels of all images.
    var dataDigest: String
    /// Digest of the student's weights.
    var weightsDigest: String
    /// Ranks and shards of the run.
    var ranks: Int
    var shards: Int
    var program: String
    var date: String

    /// Digest of the validation images alone, the last part of `dataDigest`.
    var validationDigest: Substring { dataDigest.split(separator: "-").last ?? "" }

    /// Pretty-printed JSON with sorted keys.
    func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [0x0A]
    }
}
