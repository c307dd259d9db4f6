import Collectives
import Configuration
import Datasets
import Layers
import Models
import Tensors
import Training

/// Scores a detector on the validation images: every rank predicts a part, rank 0 scores all.
///
/// Has a model of its own, so that the training model is not touched.
public final class DetectionEvaluator: Evaluator {
    private let model: Detector
    private let batches: ValidationBatches
    private let objective: DetectionObjective
    private let suppression: NonMaximumSuppression
    private let matcher: DetectionMatcher
    private let compatibility: Compatibility
    private let workers: Int
    private let confusionConfidence: Float
    /// Metrics of the last evaluation, on rank 0.
    public private(set) var metrics: DetectionMetrics?
    /// Whether evaluations also find what `details` has.
    public var keepsDetails = false
    /// Whether evaluations also keep every detection.
    public var keepsDetections = false
    /// Every detection of the last evaluation, in the order of batches, on rank 0.
    public private(set) var detections: [DetectionStatistics.Reported] = []
    /// What pictures of the last evaluation need, on rank 0.
    public private(set) var details: ValidationDetails?
    /// Of all ranks in the last evaluation.
    public private(set) var times = ValidationTimes()

    /// - Parameter model: of the student's architecture; its weights are replaced at every evaluation.
    public init(model: Detector, batches: ValidationBatches, recipe: Recipe, workers: Int) {
        self.model = model
        self.batches = batches
        self.workers = workers
        objective = DetectionObjective(recipe: recipe, hasTeacher: false)
        suppression = NonMaximumSuppression(
            confidence: Float(recipe.conf), overlap: Float(recipe.iou), limit: recipe.maxDet,
            severalClasses: model.classCount > 1, singleClass: recipe.singleCls)
        matcher = DetectionMatcher(compatibility: recipe.compat)
        compatibility = recipe.compat
        confusionConfidence = ConfusionMatrix.confidence(of: recipe)
    }

    /// Scores weights laid out as the model's.
    public func evaluate(_ values: FlatBuffer, ranks: any Communicator) throws -> Scores? {
        model.weights.values.copy(from: values)
        model.weights.didChange()
        return try evaluate(model, ranks: ranks)
    }

    /// Scores any detector of the same classes, as it is.
    public func evaluate(_ model: Detector, ranks: any Communicator) throws -> Scores? {
        // Neither phase keeps the memory of the other, whose maps have other sizes.
        releaseUnusedMemory()
        defer { releaseUnusedMemory() }
        let mine = batches.count * ranks.rank / ranks.size..<batches.count * (ranks.rank + 1) / ranks.size
        times = ValidationTimes()
        let (statistics, batchLosses) = try examine(mine, model, ranks)
        // One row of losses per batch, so that the mean adds up in the same order on any number of ranks.
        let count = batches.count * 3
        var losses = [Double](repeating: 0, count: count) + times.seconds + [times.images]
        for (offset, row) in batchLosses.enumerated() {
            for i in 0..<3 { losses[(mine.lowerBound + offset) * 3 + i] = row[i] }
        }
        try ranks.sum(&losses)
        times.images = losses.removeLast()
        times.seconds = Array(losses[count...])
        losses.removeLast(losses.count - count)
        guard let parts = try ranks.gather(statistics.bytes) else { return nil }
        var all = DetectionStatistics()
        for part in parts { all.merge(try DetectionStatistics(bytes: part)) }
        detections = all.reported
        let metrics = all.metrics(names: model.classNames, compatibility: compatibility)
        self.metrics = metrics
        details =
            keepsDetails
            ? ValidationDetails(metrics: metrics, classNames: model.classNames, all, batches: batches) : nil
        let sums = (0..<3).map { i in stride(from: i, to: losses.count, by: 3).reduce(0) { $0 + losses[$1] } }
        return Scores(
            metrics: metrics.reported.map(\.value),
            losses: sums.map { roundedForReport($0 / Double(max(batches.count, 1))) },
            report: metrics.table(perClass: true))
    }

    private func examine(
        _ range: Range<Int>, _ model: Detector, _ ranks: any Communicator
    ) throws -> (DetectionStatistics, [[Double]]) {
        var statistics = DetectionStatistics()
        var losses: [[Double]] = []
        let loader = Prefetcher(count: range.count, threads: workers) { [batches] number in
            try batches.batch(range.lowerBound + number)
        }
        defer { loader.stop() }
        while let batch = try times.measure(.preprocess, { try loader.next() }) {
            ranks.report(phase: "validation", step: range.lowerBound + losses.count)
            let answer = times.measure(.inference) { model(Activation(batch.images)).predictions }
            losses.append(times.measure(.loss) { terms(of: answer, batch) })
            times.measure(.postprocess) {
                judge(answer, batch, number: range.lowerBound + losses.count - 1, into: &statistics)
            }
            times.images += Double(batch.labels.imageCount)
        }
        return (statistics, losses)
    }

    private func terms(of answer: Predictions, _ batch: Batch) -> [Double] {
        let prepared = objective.prepare(answer, taught: nil, labels: batch.labels)
        return objective.terms(prepared, counts: prepared.counts).map(\.value)
    }

    /// What the model reports of each image, compared with the labels.
    private func judge(
        _ answer: Predictions, _ batch: Batch, number: Int, into statistics: inout DetectionStatistics
    ) {
        let labels = batch.labels.boxes(imageSize: answer.grid.imageSize)
        for (image, detections) in suppression.detections(in: answer).enumerated() {
            let source = batch.sources[image]
            // 8.3 compares boxes in the pixels of the picture, later releases in those of the network's input.
            let isOld = compatibility == .v83
            let found = isOld ? detections.map(source.original) : detections
            let truth = isOld ? labels[image].map(source.original) : labels[image]
            statistics.add(image: source.index, found, truth, matcher: matcher)
            if keepsDetections { statistics.report(detections.map(source.original), image: source.index) }
            guard keepsDetails else { continue }
            statistics.confusion.add(
                found, truth, confidence: confusionConfidence, compatibility: compatibility)
            statistics.show(detections, batch: number, place: image)
        }
    }
}
