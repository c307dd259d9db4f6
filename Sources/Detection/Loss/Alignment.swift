import Models
import Tensors

/// How well the anchors of one image do their task for an object: class score to the ½, overlap to the 6th.
struct Alignment {
    private let boxes: AnchorBoxes
    private let scores: Tensor

    init(_ predictions: Predictions, image: Int, wanted: [Bool]) {
        boxes = AnchorBoxes(predictions, image: image, wanted: wanted)
        scores = predictions.scores.images(image..<image + 1)
    }

    /// The anchors inside the object among the `count` with the largest metric of all.
    func best(_ object: AssignableObject, count: Int) -> [Int] {
        var kept: [(anchor: Int, metric: Float)] = []
        var threshold: Float = 0
        for run in object.runs {
            for start in stride(from: run.lowerBound, to: run.upperBound, by: 8) {
                let lanes = min(8, run.upperBound - start)
                let overlaps = boxes.overlaps(with: object, from: start)
                // A score is at most 1.
                if !any(sixthPower(overlaps) .> threshold) { continue }
                let metrics = self.metrics(overlaps, object, from: start, lanes: lanes)
                for lane in 0..<lanes where metrics[lane] > threshold {
                    let place = kept.firstIndex { $0.metric < metrics[lane] } ?? kept.count
                    kept.insert((start + lane, metrics[lane]), at: place)
                    if kept.count > count { kept.removeLast() }
                    if kept.count == count { threshold = kept[count - 1].metric }
                }
            }
        }
        if kept.count == count || object.runs.isEmpty { return kept.map(\.anchor) }
        // Anchors without merit fill the places that are left.
        var all = [Float](repeating: 0, count: scores.shape.pixels)
        for (anchor, metric) in kept { all[anchor] = metric }
        return ReferenceSelection.largest(count, of: all).filter { object.contains($0) }
    }

    /// Metric and overlap of one anchor; 0 outside the object.
    func at(_ anchor: Int, _ object: AssignableObject) -> (metric: Float, overlap: Float) {
        if !object.contains(anchor) { return (0, 0) }
        let overlaps = boxes.overlaps(with: object, from: anchor)
        return (metrics(overlaps, object, from: anchor, lanes: 1)[0], overlaps[0])
    }

    @inline(__always)
    private func metrics(
        _ overlaps: SIMD8<Float>, _ object: AssignableObject, from anchor: Int, lanes: Int
    ) -> SIMD8<Float> {
        var logits = SIMD8<Float>()
        let pointer = scores.pointer + object.category
        for lane in 0..<lanes { logits[lane] = pointer[(anchor + lane) * scores.pixelStride] }
        let metrics = sigmoid(logits).squareRoot() * sixthPower(overlaps)
        // Not a number counts nothing: it shall be seen in its term, not in the normaliser of all of them.
        return SIMD8<Float>().replacing(with: metrics, where: metrics .> 0)
    }
}

@inline(__always)
private func sixthPower(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let squared = x * x
    return squared * squared * squared
}
