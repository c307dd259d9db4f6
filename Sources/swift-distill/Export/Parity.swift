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
    }

    private let model: ExportedModel
    /// Height and width.
    private let size: (height: Int, width: Int)
    private let count: Int

    /// Sides beyond which agreement is not shown better, only later.
    private static let largestSide = 320

    /// Of a file that holds weights: on two images, of the training's size as far as that is not large.
    init(of model: ExportedModel) {
        let sides = (model.imageSize ?? [640]).map { min($0 / 32 * 32, Self.largestSide) }
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

    /// The comparison with the model that was read back from the file, in words.
    func report(with other: ExportedModel) throws -> String {
        let images = images
        let lines = Self.difference(try answer(of: model, to: images), try answer(of: other, to: images))
        let same = zip(model.weights, other.weights).count { $0.name == $1.name && $0.weight.isSame(as: $1.weight) }
        return text(lines) + "\n\(same) of \(model.weights.count) tensors are the same bit for bit"
            + (model.names == other.names ? ", and so are all class names" : "; CLASS NAMES DIFFER")
    }

    /// The largest differences as a line.
    func text(_ difference: (boxes: Float, scores: Float)) -> String {
        let images = "\(count) sample image\(count == 1 ? "" : "s") of \(size.height)×\(size.width)"
        return "read back, on \(images): boxes differ by at most \(Self.number(difference.boxes)) pixels, "
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

extension Weight {
    /// Whether shape and every bit of the values agree, whatever type they were stored in.
    fileprivate func isSame(as other: Weight) -> Bool {
        shape == other.shape && integers == other.integers
            && zip(values, other.values).allSatisfy { $0.bitPattern == $1.bitPattern }
    }
}
