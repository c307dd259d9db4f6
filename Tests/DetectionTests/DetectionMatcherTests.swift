@testable import Detection
import Testing

@Suite struct DetectionMatcherTests {
    func rights(_ matcher: DetectionMatcher, _ overlaps: [[Float]]) -> [Int] {
        matcher.match(overlaps, count: overlaps.first?.count ?? 0).map(\.nonzeroBitCount)
    }

    @Test func workedExamplesOfTheSpecification() {
        let now = DetectionMatcher()
        let before = DetectionMatcher(compatibility: .v83)
        for matcher in [now, before] {
            #expect(rights(matcher, [[0.9, 0.8, 0.3], [0.6, 0.85, 0], [0, 0.55, 0.7]]) == [9, 8, 5])
            #expect(matcher.match([[0.60, 0.90]], count: 2) == [0b111, 0b1_1111_1000])
        }
        #expect(rights(now, [[0.9, 0.8], [0, 0.6]]) == [9, 3])
        #expect(rights(before, [[0.9, 0.8], [0, 0.6]]) == [9, 0])
    }

    @Test func categoriesMustAgree() {
        let box = SIMD4<Float>(0, 0, 10, 10)
        let detections = [1, 0].map { DetectedBox(box: box, confidence: 0.9, category: $0) }
        let matches = DetectionMatcher().match(detections, [LabelledBox(box: box, category: 0)])
        #expect(matches == [0, 0b11_1111_1111])
    }

    @Test func nothingToMatchIsNothingRight() {
        let box = SIMD4<Float>(0, 0, 10, 10)
        for matcher in [DetectionMatcher(), DetectionMatcher(compatibility: .v83)] {
            #expect(matcher.match([DetectedBox(box: box, confidence: 1, category: 0)], []) == [0])
            #expect(matcher.match([], [LabelledBox(box: box, category: 0)]) == [])
        }
    }

    @Test func aLabelIsFoundOnce() {
        let box = SIMD4<Float>(0, 0, 10, 10)
        let detections = [0.9, 0.8].map { DetectedBox(box: box, confidence: $0, category: 0) }
        #expect(DetectionMatcher().match(detections, [LabelledBox(box: box, category: 0)])[1] == 0)
    }
}
