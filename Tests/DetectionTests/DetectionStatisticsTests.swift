import Configuration
import Detection
import Diagnostics
import Tensors
import Testing

@Suite struct DetectionStatisticsTests {
    /// Judged images of a split: detections near labels, with few distinct confidences so that ties abound.
    func statistics(images: Range<Int>) -> DetectionStatistics {
        var result = DetectionStatistics()
        for image in images {
            var stream = RandomStream(image, 80)
            let labels = (0..<stream.integer(below: 6)).map { _ in
                let (x, y) = (Float(stream.uniform(0, 50)), Float(stream.uniform(0, 50)))
                return LabelledBox(box: SIMD4(x, y, x + 20, y + 15), category: stream.integer(below: 3))
            }
            let detections = labels.flatMap { label in
                (0..<2).map { _ in
                    DetectedBox(
                        box: label.box + Float(stream.uniform(-4, 4)), confidence: Float(stream.integer(below: 8)) / 8,
                        category: stream.uniform() < 0.8 ? label.category : stream.integer(below: 3))
                }
            }.sorted { $0.confidence > $1.confidence }
            result.add(image: image, detections, labels, matcher: DetectionMatcher())
        }
        return result
    }

    @Test(arguments: [[0, 40], [0, 20, 40], [0, 3, 3, 30, 40]])
    func metricsDoNotDependOnHowImagesAreDivided(_ cuts: [Int]) throws {
        let whole = statistics(images: 0..<40)
        var merged = DetectionStatistics()
        for part in zip(cuts, cuts.dropFirst()).reversed() {
            merged.merge(try DetectionStatistics(bytes: statistics(images: part.0..<part.1).bytes))
        }
        let names = ["fire", "smoke", "person"]
        let metrics = merged.metrics(names: names, compatibility: .current)
        #expect(metrics == whole.metrics(names: names, compatibility: .current))
        #expect(metrics.images == 40 && metrics.map50 > 0.1 && metrics.map50 < 0.9)
        #expect(metrics.categories.map(\.instances).reduce(0, +) == whole.truths.reduce(0) { $0 + Int($1.count) })
    }

    @Test func imagesPerCategoryAreCounted() {
        var statistics = DetectionStatistics()
        let box = SIMD4<Float>(0, 0, 9, 9)
        let labels = [0, 0, 1].map { LabelledBox(box: box, category: $0) }
        statistics.add(image: 0, [], labels, matcher: DetectionMatcher())
        statistics.add(image: 1, [], [labels[0]], matcher: DetectionMatcher())
        statistics.add(image: 2, [], [], matcher: DetectionMatcher())
        let metrics = statistics.metrics(names: ["a", "b"], compatibility: .current)
        #expect(metrics.images == 3)
        #expect(metrics.categories.map(\.images) == [2, 1])
        #expect(metrics.categories.map(\.instances) == [3, 1])
    }

    @Test func whatTravelsDoesNotGrowWithTheNumbersOfClasses() {
        var sizes: [Int] = []
        for category in [0, 9_999] {
            var statistics = DetectionStatistics()
            let box = SIMD4<Float>(0, 0, 9, 9)
            statistics.add(
                image: 0, [DetectedBox(box: box, confidence: 0.5, category: category)],
                [LabelledBox(box: box, category: category)], matcher: DetectionMatcher())
            sizes.append(statistics.bytes.count)
        }
        #expect(sizes[0] == sizes[1] && sizes[0] < 128)
    }

    @Test func brokenBytesAreAProblem() throws {
        let bytes = statistics(images: 0..<3).bytes
        #expect(try DetectionStatistics(bytes: bytes) == statistics(images: 0..<3))
        for broken in [[], Array(bytes.dropLast()), bytes + [0], [UInt8](repeating: 255, count: 64)] {
            #expect(throws: Problem.self) { try DetectionStatistics(bytes: broken) }
        }
        for place in 0..<32 {
            var flipped = bytes
            flipped[place] ^= 0x55
            _ = try? DetectionStatistics(bytes: flipped)
        }
    }
}
