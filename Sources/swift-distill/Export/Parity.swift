import Checkpoints
import Detection
import Exports
import Foundation
import Layers
import Models
import Scenes
import Tensors

/// How far a file answers as the model that was written into it, on sample images.
struct Parity {
    /// What a detector says about images: boxes as x1, y1, x2, y2 in pixels, and probabilities.
    struct Answer {
        var boxes: [SIMD4<Float>]
        var scores: [Float]

        /// Sets all but the largest probability of each anchor to 0.
        mutating func keepBestClass(of count: Int) {
            for start in stride(from: 0, to: scores.count, by: count) {
                let row = scores[start..<start + count]
                guard let best = row.indices.max(by: { (row[$0], $1) < (row[$1], $0) }) else { continue }
                for index in row.indices where index != best { scores[index] = 0 }
            }
        }
    }

    /// What answered besides the model.
    enum Subject: String {
        case file = "read back"
        /// The same graph as the file's, for fewer and smaller images.
        case smallGraph = "the file is read back, but too large to compute here; the same graph"
    }

    /// What is said of a comparison, and whether the file may be trusted.
    struct Report {
        var text: String
        var agrees: Bool
        /// The largest ones of a box's side in pixels and of a score.
        var difference: (boxes: Float, scores: Float)
    }

    private let model: ExportedModel
    /// Height and width.
    private let size: (height: Int, width: Int)
    private let count: Int

    /// Sides beyond which agreement is not shown better, only later.
    private static let largestSide = 320
    /// Pixels of all images that a graph is computed for, operator by operator, in bearable time and memory.
    static let mostPixels = 4 * 640 * 640

    /// Of a file that holds weights: on two images, of the training's size as far as that is not large.
    init(of model: ExportedModel) {
        let multiple = model.sideMultiple
        let sides = (model.imageSize ?? [640]).map { min(max($0 / multiple, 1) * multiple, Self.largestSide) }
        self.init(of: model, size: (sides[0], sides[sides.count - 1]), count: 2)
    }

    /// On `count` images of a size.
    init(of model: ExportedModel, size: (height: Int, width: Int), count: Int) {
        self.model = model
        self.size = size
        self.count = count
    }

    /// Drawn scenes, `[N, H, W, 3]` in 0…1.
    var images: Tensor {
        let tensor = Tensor(Shape(count, size.height, size.width, 3))
        let side = max(size.height, size.width, 64)
        for image in 0..<count {
            let options = SceneOptions(width: side, height: side, varied: false, seed: image)
            let scene = drawScene(index: image, options: options)
            for y in 0..<size.height {
                let row = tensor.pointer + (image * size.height + y) * size.width * 3
                for i in 0..<size.width * 3 { row[i] = Float(scene.pixels[y * side * 3 + i]) / 255 }
            }
        }
        return tensor
    }

    /// What the model says about the images.
    func answer(of model: ExportedModel, to images: Tensor) throws -> Answer {
        let predictions = try model.detector()(Activation(images)).predictions
        let decoder = BoxDecoder(predictions)
        var answer = Answer(boxes: [], scores: [])
        for image in 0..<predictions.imageCount {
            answer.boxes += decoder.boxes(image: image)
            for anchor in 0..<predictions.grid.count {
                answer.scores += decoder.probabilities(image: image, anchor: anchor)
            }
        }
        return answer
    }

    /// The comparison with the model that was read back from the file.
    ///
    /// - Parameter isExact: whether no weight was rounded.
    func report(with other: ExportedModel, isExact: Bool) throws -> Report {
        let images = images
        let difference = Self.difference(try answer(of: model, to: images), try answer(of: other, to: images))
        let same = model.tensors(sameAs: other)
        let words =
            text(difference) + "\n\(same) of \(model.weights.count) tensors are the same bit for bit"
            + (model.names == other.names ? ", and so are all class names" : "; CLASS NAMES DIFFER")
        let isWhole = model.names == other.names && (!isExact || same == model.weights.count)
        return Report(
            text: words, agrees: isWhole && Self.agrees(difference, isExact: isExact), difference: difference)
    }

    /// The comparison with a graph that was read back from the file, computed operator by operator.
    func report(with graph: ONNXEvaluation, isExact: Bool, subject: Subject = .file) throws -> Report {
        let images = images
        let other: Answer
        if graph.suppresses {
            let values = try graph.values(ONNXEvaluation.beforeSuppression, for: Self.planes(images))
            other = Self.answer(corners: values[0], scores: values[1])
        } else {
            other = Self.answer(rows: try graph.values(["output0"], for: Self.planes(images))[0])
        }
        var own = try answer(of: model, to: images)
        if graph.suppresses { own.keepBestClass(of: model.names.count) }
        let difference = Self.difference(own, other)
        let words =
            text(difference, subject)
            + (graph.suppresses ? "\nsuppression was not compared: it keeps boxes by the standard operator" : "")
        return Report(text: words, agrees: Self.agrees(difference, isExact: isExact), difference: difference)
    }

    /// Rounding moves an answer by less than this; rounded weights may move it anywhere, though not beyond all numbers.
    private static func agrees(_ difference: (boxes: Float, scores: Float), isExact: Bool) -> Bool {
        isExact
            ? difference.boxes < 0.1 && difference.scores < 1e-3
            : difference.boxes.isFinite && difference.scores.isFinite
    }

    /// Images as `[N, 3, H, W]`.
    private static func planes(_ images: Tensor) -> ONNXValue {
        let shape = images.shape
        let area = shape.height * shape.width
        let values = (0..<shape.count).map { index in
            let (image, channel, pixel) = (index / (3 * area), index / area % 3, index % area)
            return images.pointer[(image * area + pixel) * 3 + channel]
        }
        return ONNXValue(shape: [shape.n, 3, shape.height, shape.width], values: values)
    }

    /// `[N, 4 + K, A]`: centres and sizes, then probabilities.
    private static func answer(rows: ONNXValue) -> Answer {
        let (count, anchors) = (rows.shape[1], rows.shape[2])
        var answer = Answer(boxes: [], scores: [])
        for image in 0..<rows.shape[0] {
            let start = image * count * anchors
            for anchor in 0..<anchors {
                let row = (0..<count).map { rows.values[start + $0 * anchors + anchor] }
                answer.boxes.append(
                    SIMD4(row[0] - row[2] / 2, row[1] - row[3] / 2, row[0] + row[2] / 2, row[1] + row[3] / 2))
                answer.scores += row[4...]
            }
        }
        return answer
    }

    /// `[N, A, 4]` and `[N, K, A]`.
    private static func answer(corners: ONNXValue, scores: ONNXValue) -> Answer {
        let (classes, anchors) = (scores.shape[1], scores.shape[2])
        let boxes = (0..<corners.values.count / 4).map { place in
            SIMD4(
                corners.values[4 * place], corners.values[4 * place + 1], corners.values[4 * place + 2],
                corners.values[4 * place + 3])
        }
        let values = (0..<scores.values.count).map { index in
            let (image, anchor, category) = (index / (classes * anchors), index / classes % anchors, index % classes)
            return scores.values[(image * classes + category) * anchors + anchor]
        }
        return Answer(boxes: boxes, scores: values)
    }

    /// The largest differences as a line.
    func text(_ difference: (boxes: Float, scores: Float), _ subject: Subject = .file) -> String {
        let images = "\(count) sample image\(count == 1 ? "" : "s") of \(size.height)×\(size.width)"
        return "\(subject.rawValue), on \(images): boxes differ by at most \(Self.number(difference.boxes)) pixels, "
            + "scores by at most \(Self.number(difference.scores))"
    }

    private static func number(_ value: Float) -> String { value == 0 ? "0" : String(format: "%.2g", value) }

    /// The largest difference of a side in pixels, and of a probability.
    static func difference(_ first: Answer, _ second: Answer) -> (boxes: Float, scores: Float) {
        guard first.boxes.count == second.boxes.count, first.scores.count == second.scores.count else {
            return (.infinity, .infinity)
        }
        func larger(_ worst: Float, _ difference: Float) -> Float {
            difference.isNaN ? .infinity : max(worst, difference)
        }
        let boxes = zip(first.boxes, second.boxes).reduce(Float(0)) { worst, pair in
            let change = pair.0 - pair.1
            return (0..<4).reduce(worst) { larger($0, abs(change[$1])) }
        }
        let scores = zip(first.scores, second.scores).reduce(Float(0)) { larger($0, abs($1.0 - $1.1)) }
        return (boxes, scores)
    }
}
