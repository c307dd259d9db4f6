import Distillation
import Foundation
import Models
import Tensors

/// Picks the boxes worth reporting: confident ones that no more confident one of the same class covers.
public struct NonMaximumSuppression: Equatable, Sendable {
    /// Boxes that compete, at most.
    static let mostCandidates = 30_000
    /// Pixels between classes, so that boxes of different classes never meet.
    static let classOffset: Float = 7680

    /// Probabilities must be above this.
    public var confidence: Float
    /// Boxes that overlap a kept one by more than this are dropped.
    public var overlap: Float
    /// Boxes per image, at most.
    public var limit: Int
    /// Whether an anchor may report several classes, as in validation, or its best one only, as in prediction.
    public var severalClasses: Bool
    /// Reports every box as category 0, suppressed as one class.
    public var singleClass: Bool
    /// Whether boxes of different classes suppress each other, too.
    public var ignoresClasses = false
    /// The classes to report; nil reports all.
    public var wanted: Set<Int>?

    /// A suppression with these thresholds and options.
    public init(
        confidence: Float, overlap: Float, limit: Int, severalClasses: Bool = true, singleClass: Bool = false
    ) {
        self.confidence = confidence
        self.overlap = overlap
        self.limit = limit
        self.severalClasses = severalClasses
        self.singleClass = singleClass
    }

    /// What the detector reports of each image, most confident first.
    public func detections(in predictions: Predictions) -> [[DetectedBox]] {
        let decoder = BoxDecoder(predictions)
        let classes = predictions.classCount
        // Logits far below the threshold need no sigmoid; the margin is beyond any rounding.
        let threshold = Double(min(max(confidence, 1e-30), 1 - 1e-6))
        let least = confidence <= 0 ? -Float.infinity : Float(log(threshold / (1 - threshold)) - 0.01)
        return parallelMap(predictions.imageCount) { image in
            let scores = predictions.scores.images(image..<image + 1)
            var candidates: [DetectedBox] = []
            for anchor in 0..<predictions.grid.count {
                let logits = scores.pointer + anchor * scores.pixelStride
                guard (0..<classes).contains(where: { logits[$0] > least }) else { continue }
                let probabilities = decoder.probabilities(image: image, anchor: anchor)
                addCandidates(probabilities, to: &candidates) { decoder.box(image: image, anchor: anchor) }
            }
            return suppress(candidates)
        }
    }

    /// What to report of one image, from boxes and class probabilities of its anchors; most confident first.
    public func detections(boxes: [SIMD4<Float>], probabilities: [[Float]]) -> [DetectedBox] {
        var candidates: [DetectedBox] = []
        for (box, row) in zip(boxes, probabilities) { addCandidates(row, to: &candidates) { box } }
        return suppress(candidates)
    }

    private func addCandidates(
        _ probabilities: [Float], to candidates: inout [DetectedBox], box: () -> SIMD4<Float>
    ) {
        var chosen: [Int] = []
        if severalClasses {
            chosen = probabilities.indices.filter { probabilities[$0] > confidence }
        } else {
            let best = probabilities.indices.reduce(0) { probabilities[$1] > probabilities[$0] ? $1 : $0 }
            if probabilities[best] > confidence { chosen = [best] }
        }
        if let wanted { chosen.removeAll { !wanted.contains($0) } }
        if chosen.isEmpty { return }
        let box = box()
        for category in chosen {
            candidates.append(DetectedBox(box: box, confidence: probabilities[category], category: category))
        }
    }

    /// Keeps candidates in the order of confidence unless a kept one covers them.
    func suppress(_ candidates: [DetectedBox]) -> [DetectedBox] {
        let order = descendingOrder(of: candidates.map(\.confidence), limit: NonMaximumSuppression.mostCandidates)
        var kept: [DetectedBox] = []
        var cover = KeptBoxes(capacity: min(limit, order.count))
        for index in order where kept.count < limit {
            var candidate = candidates[index]
            let offset = singleClass || ignoresClasses ? 0 : Float(candidate.category) * Self.classOffset
            let shifted = candidate.box + offset
            if cover.covers(shifted, by: overlap) { continue }
            cover.append(shifted)
            if singleClass { candidate.category = 0 }
            kept.append(candidate)
        }
        return kept
    }
}
