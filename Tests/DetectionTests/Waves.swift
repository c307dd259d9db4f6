import Datasets
import Distillation
import Foundation
import Models
import Tensors

/// The batch of the specification's worked example: predictions and labels from sines.
enum Waves {
    static let grid = usualGrid(height: 64, width: 64)

    static func predictions(
        boxes: (_ image: Double, _ channel: Double, _ anchor: Double) -> Double,
        scores: (_ image: Double, _ category: Double, _ anchor: Double) -> Double
    ) -> Predictions {
        func tensor(_ channels: Int, _ value: (Double, Double, Double) -> Double) -> Tensor {
            var values: [Float] = []
            for image in 0..<3 {
                for anchor in 0..<grid.count {
                    for channel in 0..<channels {
                        values.append(Float(value(Double(image), Double(channel), Double(anchor))))
                    }
                }
            }
            return Tensor(Shape(3, 1, grid.count, channels), values)
        }
        return Predictions(boxes: tensor(64, boxes), scores: tensor(5, scores), grid: grid)
    }

    static var student: Predictions {
        predictions(
            boxes: { 2 * sin(0.7 * $0 + 0.37 * $1 + 0.11 * $2) },
            scores: { -3 + 2 * cos(0.5 * $0 + 0.9 * $1 + 0.05 * $2) })
    }
    static var teacher: Predictions {
        predictions(
            boxes: { 2 * cos(0.3 * $0 + 0.21 * $1 + 0.13 * $2) },
            scores: { -2 + 3 * sin(0.4 * $0 + 0.7 * $1 + 0.07 * $2) })
    }

    static let labels = BoxLabels(
        objects: [
            BoxLabels.Object(image: 0, category: 0, box: SIMD4(0.5, 0.5, 0.6, 0.4)),
            BoxLabels.Object(image: 0, category: 3, box: SIMD4(0.45, 0.55, 0.3, 0.5)),
            BoxLabels.Object(image: 0, category: 3, box: SIMD4(0.9, 0.1, 0.05, 0.04)),
            BoxLabels.Object(image: 1, category: 4, box: SIMD4(0.3, 0.3, 0.5, 0.5)),
        ], imageCount: 3)
}

/// Random predictions and labels.
struct RandomScene {
    let grid: AnchorGrid
    let learned: Predictions
    let taught: Predictions
    let labels: BoxLabels

    init(height: Int = 96, width: Int = 64, classes: Int = 5, objects: [Int], key: Int) {
        grid = usualGrid(height: height, width: width)
        learned = RandomScene.predictions(grid, images: objects.count, classes: classes, key: 2 * key)
        taught = RandomScene.predictions(grid, images: objects.count, classes: classes, key: 2 * key + 1)
        var stream = RandomStream(key, 77)
        var boxes: [BoxLabels.Object] = []
        for (image, count) in objects.enumerated() {
            for _ in 0..<count {
                let size = SIMD2(stream.uniform(0.05, 0.7), stream.uniform(0.05, 0.7))
                let centre = SIMD2(stream.uniform(0.2, 0.8), stream.uniform(0.2, 0.8))
                boxes.append(
                    BoxLabels.Object(
                        image: image, category: stream.integer(below: classes),
                        box: SIMD4(Float(centre.x), Float(centre.y), Float(size.x), Float(size.y))))
            }
        }
        labels = BoxLabels(objects: boxes, imageCount: objects.count)
    }

    static func predictions(_ grid: AnchorGrid, images: Int, classes: Int, key: Int) -> Predictions {
        var stream = RandomStream(key, 78)
        func tensor(_ channels: Int, _ mean: Double, _ spread: Double) -> Tensor {
            let shape = Shape(images, 1, grid.count, channels)
            return Tensor(shape, (0..<shape.count).map { _ in Float(mean + spread * stream.normal()) })
        }
        return Predictions(boxes: tensor(64, 0, 1.5), scores: tensor(classes, -2, 1.5), grid: grid)
    }

    /// Some of the images, as a shard has them.
    func shard(_ images: Range<Int>) -> (learned: Predictions, taught: Predictions, labels: BoxLabels) {
        let objects = labels.objects.filter { images.contains($0.image) }.map { object in
            BoxLabels.Object(
                image: object.image - images.lowerBound, category: object.category, box: object.box)
        }
        return (
            learned.images(images), taught.images(images), BoxLabels(objects: objects, imageCount: images.count)
        )
    }
}

extension Predictions {
    func images(_ range: Range<Int>) -> Predictions {
        Predictions(boxes: boxes.images(range), scores: scores.images(range), grid: grid)
    }
}
