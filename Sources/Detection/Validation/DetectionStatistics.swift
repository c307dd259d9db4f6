import Configuration

/// What a rank found out on its images of a validation split; merged, it gives the metrics.
///
/// Detections are matched where the images are; only confidences, categories and match bits travel.
public struct DetectionStatistics: Equatable, Sendable {
    /// A judged detection.
    public struct Row: Equatable, Sendable {
        /// Image in the split.
        public var image: Int32
        /// Probability of the category.
        public var confidence: Float
        /// Class index.
        public var category: Int32
        /// As from `DetectionMatcher`.
        public var matches: UInt16
    }

    /// Labelled objects of one category in one image.
    public struct Truth: Equatable, Sendable {
        /// Image in the split.
        public var image: Int32
        /// Class index.
        public var category: Int32
        /// Objects.
        public var count: Int32
    }

    /// A detection of one of the first batches, for pictures.
    public struct Shown: Equatable, Sendable {
        /// Batch of the validation.
        public var batch: Int32
        /// Image in the batch.
        public var place: Int32
        /// In pixels of the network input.
        public var detection: DetectedBox
    }

    /// A detection as it is reported, for lists.
    public struct Reported: Equatable, Sendable {
        /// Image in the split.
        public var image: Int32
        /// In pixels of the picture.
        public var detection: DetectedBox
    }

    /// In the order of images, within an image most confident first.
    public internal(set) var rows: [Row] = []
    /// In the order of images.
    public internal(set) var truths: [Truth] = []
    /// Images seen.
    public internal(set) var images = 0
    /// Empty unless somebody counts.
    public internal(set) var confusion = ConfusionMatrix()
    /// Empty unless somebody draws.
    public internal(set) var shown: [Shown] = []

    /// In the order of `rows`; empty unless somebody lists.
    public internal(set) var reported: [Reported] = []

    /// Nothing seen yet.
    public init() {}

    /// Judges the detections of one image.
    ///
    /// - Parameters:
    ///   - image: index in the split.
    ///   - detections: most confident first, in the same pixels as `labels`.
    public mutating func add(
        image: Int, _ detections: [DetectedBox], _ labels: [LabelledBox], matcher: DetectionMatcher
    ) {
        let matches = matcher.match(detections, labels)
        for (detection, bits) in zip(detections, matches) {
            rows.append(
                Row(
                    image: Int32(image), confidence: detection.confidence, category: Int32(detection.category),
                    matches: bits))
        }
        var counts: [Int: Int] = [:]
        for label in labels { counts[label.category, default: 0] += 1 }
        for (category, count) in counts.sorted(by: { $0.key < $1.key }) {
            truths.append(Truth(image: Int32(image), category: Int32(category), count: Int32(count)))
        }
        images += 1
    }

    /// Remembers the detections of an image for a list.
    mutating func report(_ detections: [DetectedBox], image: Int) {
        reported += detections.map { Reported(image: Int32(image), detection: $0) }
    }

    /// Adds what another rank found out on other images.
    public mutating func merge(_ other: DetectionStatistics) {
        rows += other.rows
        truths += other.truths
        images += other.images
        confusion.merge(other.confusion)
        shown += other.shown
        reported += other.reported
    }

    /// The metrics; they depend on the images, not on how these were divided among ranks.
    public func metrics(names: [String], compatibility: Compatibility) -> DetectionMetrics {
        // Equal confidences are ordered by image, then as reported.
        let order = rows.indices.sorted { a, b in
            let (x, y) = (rows[a], rows[b])
            if x.confidence != y.confidence { return x.confidence > y.confidence }
            return (x.image, a) < (y.image, b)
        }
        let judged = order.map { index in
            AveragePrecision.Judged(
                confidence: Double(rows[index].confidence), category: Int(rows[index].category),
                matches: rows[index].matches)
        }
        var instances: [Int: Int] = [:]
        var imagesByCategory: [Int: Int] = [:]
        for truth in truths {
            instances[Int(truth.category), default: 0] += Int(truth.count)
            imagesByCategory[Int(truth.category), default: 0] += 1
        }
        let curves = AveragePrecision.curves(judged, instances: instances, compatibility: compatibility)
        return DetectionMetrics(curves: curves, imagesByCategory: imagesByCategory, images: images, names: names)
    }
}
