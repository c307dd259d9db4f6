import Configuration
import Testing

@testable import Detection

@Suite struct ConfusionMatrixTests {
    private func label(_ category: Int, _ x: Float) -> LabelledBox {
        LabelledBox(box: SIMD4(x, 0, x + 10, 10), category: category)
    }

    private func found(_ category: Int, _ x: Float, _ confidence: Float) -> DetectedBox {
        DetectedBox(box: SIMD4(x, 0, x + 10, 10), confidence: confidence, category: category)
    }

    private func table(
        _ detections: [DetectedBox], _ labels: [LabelledBox], _ compatibility: Compatibility = .current
    ) -> [[Int]] {
        var matrix = ConfusionMatrix()
        matrix.add(detections, labels, confidence: 0.25, compatibility: compatibility)
        return matrix.table(classes: 2)
    }

    @Test func classesAreConfusedWhereBoxesAgree() {
        #expect(table([found(1, 1, 0.9)], [label(0, 0)]) == [[0, 0, 0], [1, 0, 0], [0, 0, 0]])
    }

    @Test func whatIsNotMatchedIsBackground() {
        let cells = table([found(0, 0, 0.9), found(1, 50, 0.8)], [label(0, 0), label(1, 90)])
        #expect(cells == [[1, 0, 0], [0, 0, 1], [0, 1, 0]])
    }

    @Test func confidenceMustBeAboveTheLimit() {
        #expect(table([found(0, 0, 0.25)], [label(0, 0)]) == [[0, 0, 0], [0, 0, 0], [1, 0, 0]])
    }

    @Test func overlapMustBeAboveTheLimit() {
        // 10 · 6 of 10 · 14 is less than 0.45, 10 · 7 of 10 · 13 is more.
        #expect(table([found(0, 4, 0.9)], [label(0, 0)])[0][2] == 1)
        #expect(table([found(0, 3, 0.9)], [label(0, 0)])[0][0] == 1)
    }

    @Test func theMoreConfidentDetectionTakesItsBestLabel() {
        // Both overlap both; the first takes the nearer one, the second what is left.
        let cells = table([found(0, 1, 0.9), found(1, 0, 0.8)], [label(0, 2), label(1, 0)])
        #expect(cells == [[1, 0, 0], [0, 1, 0], [0, 0, 0]])
        // By confidence the first takes the label; by overlap, as in 8.3, the second does.
        let rivals = [found(0, 2, 0.9), found(1, 0, 0.8)]
        #expect(table(rivals, [label(0, 0)]) == [[1, 0, 0], [0, 0, 1], [0, 0, 0]])
        #expect(table(rivals, [label(0, 0)], .v83) == [[0, 0, 1], [1, 0, 0], [0, 0, 0]])
    }

    @Test func ranksAddUp() throws {
        var whole = DetectionStatistics(), merged = DetectionStatistics()
        for part in 0..<3 {
            var statistics = DetectionStatistics()
            statistics.confusion.add([found(0, 0, 0.9)], [label(part % 2, 1)], confidence: 0.25)
            whole.confusion.add([found(0, 0, 0.9)], [label(part % 2, 1)], confidence: 0.25)
            merged.merge(try DetectionStatistics(bytes: statistics.bytes))
        }
        #expect(merged.confusion == whole.confusion)
        #expect(merged.confusion.table(classes: 2) == [[2, 1, 0], [0, 0, 0], [0, 0, 0]])
    }

    @Test func theReleaseBeforeCountsFromAQuarterUnlessToldOtherwise() {
        var recipe = Recipe()
        #expect(ConfusionMatrix.confidence(of: recipe) == 0.001)
        recipe.compat = .v83
        #expect(ConfusionMatrix.confidence(of: recipe) == 0.25)
        recipe.conf = 0.1
        #expect(ConfusionMatrix.confidence(of: recipe) == 0.1)
    }
}
