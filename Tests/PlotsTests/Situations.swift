import Datasets
import Detection
import Foundation
import Tensors

@testable import Plots

/// Validations that a detector may come to, made up.
enum Situations {
    /// Names that files of users have.
    static let oddNames = [
        String(repeating: "very long ", count: 50), "🔥 fire, \"quoted\"", "line\nbreak\ttab", "中文类名", "", "naïve – ß",
    ]

    /// What was found where every label was seen by a detection or two.
    static func statistics(classes: Int, images: Int = 30, findings: Bool = true) -> DetectionStatistics {
        var result = DetectionStatistics()
        for image in 0..<images {
            var stream = RandomStream(image, 7)
            let labels = (0..<6).map { _ in
                let (x, y) = (Float(stream.uniform(0, 200)), Float(stream.uniform(0, 200)))
                return LabelledBox(box: SIMD4(x, y, x + 40, y + 30), category: stream.integer(below: classes))
            }
            let found = labels.map { label in
                DetectedBox(
                    box: label.box + Float(stream.uniform(-9, 9)), confidence: Float(stream.uniform(0.01, 0.99)),
                    category: stream.uniform() < 0.8 ? label.category : stream.integer(below: classes))
            }.sorted { $0.confidence > $1.confidence }
            result.add(image: image, findings ? found : [], labels, matcher: DetectionMatcher())
        }
        return result
    }

    /// Which classes were taken for which.
    static func confusion(classes: Int) -> ConfusionMatrix {
        var result = ConfusionMatrix()
        for image in 0..<60 {
            var stream = RandomStream(image, 9)
            let label = LabelledBox(box: SIMD4(10, 10, 50, 50), category: stream.integer(below: classes))
            let other = stream.uniform() < 0.7 ? label.category : stream.integer(below: classes)
            let found = DetectedBox(
                box: label.box + Float(stream.uniform(0, 20)), confidence: 0.5, category: other)
            result.add([found], [label], confidence: 0.25)
        }
        return result
    }

    /// Names that nobody has to think about.
    static func names(_ count: Int) -> [String] { (0..<count).map { "class_\($0)" } }
}
