import Datasets

/// What is drawn of a validation.
public struct ValidationDetails {
    /// Batches that are shown in pictures.
    public static let shownBatches = 3
    /// Images of a batch that are shown.
    public static let shownImages = 16
    /// Detections are shown above this confidence.
    static let shownConfidence: Float = 0.25

    /// A batch as the model saw it.
    public struct Sample {
        /// Number of the batch.
        public var number: Int
        /// Its images and labels.
        public var batch: Batch
        /// For each image, what the model reports; in pixels of the network input.
        public var detections: [[DetectedBox]]
    }

    /// Precision, recall and what they are made of.
    public let metrics: DetectionMetrics
    /// By class index.
    public let classNames: [String]
    /// Which classes are taken for which.
    public let confusion: ConfusionMatrix
    private let shown: [DetectionStatistics.Shown]
    private let batches: ValidationBatches

    init(
        metrics: DetectionMetrics, classNames: [String], _ statistics: DetectionStatistics, batches: ValidationBatches
    ) {
        self.metrics = metrics
        self.classNames = classNames
        confusion = statistics.confusion
        shown = statistics.shown
        self.batches = batches
    }

    /// The first batches, loaded once more: they may have been another rank's.
    ///
    /// - Throws: `Problem` when a file has become unreadable.
    public func samples() throws -> [Sample] {
        try (0..<min(Self.shownBatches, batches.count)).map { number in
            let batch = try batches.batch(number)
            var detections = [[DetectedBox]](repeating: [], count: batch.labels.imageCount)
            for row in shown where row.batch == number && detections.indices.contains(Int(row.place)) {
                detections[Int(row.place)].append(row.detection)
            }
            return Sample(number: number, batch: batch, detections: detections)
        }
    }
}

extension DetectionStatistics {
    /// Remembers what is drawn of an image.
    mutating func show(_ detections: [DetectedBox], batch: Int, place: Int) {
        guard batch < ValidationDetails.shownBatches, place < ValidationDetails.shownImages else { return }
        for detection in detections where detection.confidence > ValidationDetails.shownConfidence {
            shown.append(Shown(batch: Int32(batch), place: Int32(place), detection: detection))
        }
    }
}
