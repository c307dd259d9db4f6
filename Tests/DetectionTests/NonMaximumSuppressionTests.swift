import Detection
import Foundation
import Models
import Tensors
import Testing

@Suite struct NonMaximumSuppressionTests {
    let boxes: [SIMD4<Float>] = (0..<84).map { a in
        let (cx, cy) = (Float(32 + 20 * sin(0.3 * Double(a))), Float(32 + 20 * cos(0.17 * Double(a))))
        let (w, h) = (Float(12 + 6 * sin(0.5 * Double(a))), Float(12 + 6 * cos(0.7 * Double(a))))
        return SIMD4(cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2)
    }
    let probabilities: [[Float]] = (0..<84).map { a in
        (0..<5).map { c in Float(0.5 + 0.49 * sin(0.9 * Double(c) + 0.37 * Double(a))) }
    }

    func check(
        _ kept: [DetectedBox], _ confidences: Double, _ coordinates: Double, _ perClass: [Int],
        _ source: SourceLocation = #_sourceLocation
    ) {
        let sum = kept.reduce(0) { $0 + Double($1.confidence) }
        let places = kept.reduce(0) { $0 + Double($1.box.sum()) }
        #expect(abs(sum - confidences) < 2e-4, sourceLocation: source)
        #expect(abs(places - coordinates) < 2e-2, sourceLocation: source)
        #expect((0..<5).map { c in kept.filter { $0.category == c }.count } == perClass, sourceLocation: source)
    }

    @Test func workedExamplesOfTheSpecification() {
        let validation = NonMaximumSuppression(confidence: 0.001, overlap: 0.7, limit: 300)
        let kept = validation.detections(boxes: boxes, probabilities: probabilities)
        check(kept, 199.1971, 39527.008, [60, 59, 58, 64, 59])
        #expect(kept.count == 300 && kept[0].category == 3 && abs(kept[0].confidence - 0.9898) < 1e-4)
        #expect(abs(kept[0].box.x - 6.5975) < 1e-4 && abs(kept[1].box.w - 45.7095) < 1e-4)
        let prediction = NonMaximumSuppression(confidence: 0.25, overlap: 0.45, limit: 300, severalClasses: false)
        let single = prediction.detections(boxes: boxes, probabilities: probabilities)
        check(single, 61.11194, 9014.392, [18, 9, 8, 14, 17])
    }

    @Test func suppressingAgainChangesNothing() {
        let suppression = NonMaximumSuppression(confidence: 0.1, overlap: 0.5, limit: 300)
        let kept = suppression.detections(boxes: boxes, probabilities: probabilities)
        let rows = kept.map { detection in
            (0..<5).map { $0 == detection.category ? detection.confidence : 0 }
        }
        #expect(suppression.detections(boxes: kept.map(\.box), probabilities: rows) == kept)
        #expect(kept.count > 20)
    }

    @Test func thresholdsAreStrict() {
        let suppression = NonMaximumSuppression(confidence: 0.5, overlap: 0.5, limit: 10)
        let box = SIMD4<Float>(0, 0, 2, 1)
        // Overlap exactly one half: the second is half of the first.
        let half = SIMD4<Float>(0, 0, 1, 1)
        let kept = suppression.detections(boxes: [box, half, box], probabilities: [[0.9], [0.8], [0.5]])
        #expect(kept.map(\.confidence) == [0.9, 0.8])
        #expect(suppression.detections(boxes: [box, box], probabilities: [[0.9], [0.8]]).count == 1)
    }

    @Test func equalConfidencesKeepTheirOrderAndTheLimitHolds() {
        let suppression = NonMaximumSuppression(confidence: 0.1, overlap: 0.5, limit: 2)
        let boxes = (0..<4).map { SIMD4<Float>(Float($0) * 10, 0, Float($0) * 10 + 5, 5) }
        let kept = suppression.detections(boxes: boxes, probabilities: [[0.5], [0.7], [0.5], [0.5]])
        #expect(kept.map(\.box.x) == [10, 0])
    }

    @Test func aSingleClassTakesInAllOthers() {
        let box = SIMD4<Float>(0, 0, 5, 5)
        var suppression = NonMaximumSuppression(confidence: 0.1, overlap: 0.5, limit: 9)
        let rows: [[Float]] = [[0.5, 0.9, 0.3]]
        #expect(suppression.detections(boxes: [box], probabilities: rows).map(\.category) == [1, 0, 2])
        suppression.singleClass = true
        #expect(
            suppression.detections(boxes: [box], probabilities: rows) == [
                DetectedBox(box: box, confidence: 0.9, category: 0)
            ])
    }

    @Test(arguments: [Float(0), 0.001, 0.3, 1])
    func predictionsGiveWhatTheirDecodedBoxesGive(_ confidence: Float) {
        let scene = RandomScene(objects: [0, 0], key: 60)
        let suppression = NonMaximumSuppression(confidence: confidence, overlap: 0.7, limit: 100)
        let decoder = BoxDecoder(scene.learned)
        let direct = suppression.detections(in: scene.learned)
        for image in 0..<2 {
            let rows = (0..<scene.grid.count).map { decoder.probabilities(image: image, anchor: $0) }
            #expect(
                direct[image] == suppression.detections(boxes: decoder.boxes(image: image), probabilities: rows))
        }
        #expect(direct[0].isEmpty == (confidence == 1))
    }

    @Test func brokenPredictionsReportNothing() {
        let scene = RandomScene(objects: [0], key: 61)
        scene.learned.scores.fill(.nan)
        let suppression = NonMaximumSuppression(confidence: 0.001, overlap: 0.7, limit: 100)
        #expect(suppression.detections(in: scene.learned) == [[]])
    }

    @Test func decodedBoxesAreTheWeightedMeansAroundTheirAnchors() {
        let grid = usualGrid(height: 64, width: 64)
        let boxes = Tensor(Shape(1, 1, grid.count, 64), repeating: 0)
        let row = boxes.pointer + 64 * 64  // First anchor of the second level: (8, 8) in pixels.
        for (side, bin) in [1, 2, 3, 15].enumerated() { row[side * 16 + bin] = 80 }
        let scores = Tensor(Shape(1, 1, grid.count, 1), repeating: 0)
        let decoder = BoxDecoder(Predictions(boxes: boxes, scores: scores, grid: grid))
        #expect(decoder.box(image: 0, anchor: 64) == SIMD4<Float>(-8, -24, 56, 248))
        #expect(decoder.box(image: 0, anchor: 0) == SIMD4<Float>(-56, -56, 64, 64))
        #expect(decoder.probabilities(image: 0, anchor: 3) == [0.5])
    }

    @Test func classesMaySuppressEachOtherAndBeLeftOut() {
        var prediction = NonMaximumSuppression(confidence: 0.25, overlap: 0.45, limit: 300, severalClasses: false)
        prediction.ignoresClasses = true
        let agnostic = prediction.detections(boxes: boxes, probabilities: probabilities)
        #expect(agnostic.count == 57)
        check(agnostic, 52.96841, 7602.476, [15, 7, 8, 12, 15])
        prediction.ignoresClasses = false
        prediction.wanted = [1, 4]
        let chosen = prediction.detections(boxes: boxes, probabilities: probabilities)
        #expect((0..<5).map { c in chosen.count { $0.category == c } } == [0, 9, 0, 0, 17])
    }
}
