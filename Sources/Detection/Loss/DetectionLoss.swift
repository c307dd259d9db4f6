import Configuration
import Datasets
import Models
import Tensors

/// The three detection terms, gained: as logged when summed over shards, not multiplied by the number of images.
public struct DetectionItems: Equatable, Sendable {
    /// Boxes that overlap their objects too little.
    public var box: Double
    /// Class scores that differ from the target scores.
    public var cls: Double
    /// Side distances whose distributions miss those of the object.
    public var dfl: Double

    /// Three values; 0 for what is left out.
    public init(box: Double = 0, cls: Double = 0, dfl: Double = 0) {
        self.box = box
        self.cls = cls
        self.dfl = dfl
    }

    /// Term by term.
    public static func + (a: DetectionItems, b: DetectionItems) -> DetectionItems {
        DetectionItems(box: a.box + b.box, cls: a.cls + b.cls, dfl: a.dfl + b.dfl)
    }
}

/// How far predictions are from labels: boxes, classes, and the distributions of side distances.
///
/// Two phases, since a run is made of shards: `assign` says what each anchor shall predict and how much that counts;
/// `evaluate` divides by what all shards together count.
public struct DetectionLoss: Equatable, Sendable {
    /// Factors of the three terms.
    public var gains: DetectionItems
    /// Says which anchors predict which objects.
    public var assigner: TaskAlignedAssigner

    /// A loss with these factors, by the rules of a release.
    public init(gains: DetectionItems, compatibility: Compatibility = .current) {
        self.gains = gains
        assigner = TaskAlignedAssigner(compatibility: compatibility)
    }

    /// What each anchor shall predict.
    public func assign(_ predictions: Predictions, _ labels: BoxLabels) -> Assignment {
        assigner.assign(predictions, labels)
    }

    /// This shard's part of each term.
    ///
    /// - Parameters:
    ///   - scoreSum: sum of the target scores of all shards; divides every term, at least as 1.
    ///   - scale: derivative of the total by each gained term; a term with 0 leaves `gradient` alone.
    ///   - gradient: what the derivatives by the predictions are added to.
    public func evaluate(
        _ predictions: Predictions, _ assignment: Assignment, scoreSum: Double, scale: DetectionItems,
        gradient: PredictionsGradient?
    ) -> DetectionItems {
        evaluateImages(predictions, assignment, scoreSum: scoreSum, scale: scale, gradient: gradient).reduce(
            DetectionItems(), +)
    }

    /// Each image's part of each term.
    func evaluateImages(
        _ predictions: Predictions, _ assignment: Assignment, scoreSum: Double, scale: DetectionItems,
        gradient: PredictionsGradient?
    ) -> [DetectionItems] {
        let count = max(scoreSum, 1)
        let factors = DetectionItems(
            box: gains.box * scale.box / count, cls: gains.cls * scale.cls / count, dfl: gains.dfl * scale.dfl / count)
        return parallelMap(predictions.imageCount) { image in
            let positives = assignment.images[image]
            let sides = BoxTerms(predictions, image: image, gradient: gradient?.boxes)
                .evaluate(positives, boxFactor: Float(factors.box), distanceFactor: Float(factors.dfl))
            let cls = ClassTerm(predictions, image: image, gradient: factors.cls == 0 ? nil : gradient?.scores)
                .evaluate(positives, factor: Float(factors.cls))
            return DetectionItems(
                box: gains.box * sides.box / count, cls: gains.cls * cls / count, dfl: gains.dfl * sides.dfl / count)
        }
    }
}
