@testable import Detection
import Foundation
import TestSupport
import Testing

@Suite struct GoldenValidationTests {
    @Test(arguments: Golden.files(startingWith: "nms"))
    func suppressionKeepsWhatTheReferenceKeeps(_ name: String) throws {
        let file = try Golden.file(name)
        let shape = file.shape("prediction")
        let values = file.floats("prediction")
        let text = (try Golden.notes(name)["args"] as? String) ?? ""
        let suppression = NonMaximumSuppression(
            confidence: number(after: "conf ", in: text) ?? 0.001, overlap: number(after: "iou ", in: text) ?? 0.7,
            limit: Int(number(after: "max_det ", in: text) ?? 300), severalClasses: text.contains("multi_label"))
        for image in 0..<shape[0] {
            func value(_ row: Int, _ anchor: Int) -> Float { values[(image * shape[1] + row) * shape[2] + anchor] }
            let boxes = (0..<shape[2]).map { a in
                SIMD4(
                    value(0, a) - value(2, a) / 2, value(1, a) - value(3, a) / 2, value(0, a) + value(2, a) / 2,
                    value(1, a) + value(3, a) / 2)
            }
            let probabilities = (0..<shape[2]).map { a in (4..<shape[1]).map { value($0, a) } }
            let kept = suppression.detections(boxes: boxes, probabilities: probabilities)
            let expected = file.floats("kept.\(image)")
            #expect(kept.count == file.shape("kept.\(image)")[0])
            let rows = kept.flatMap { [$0.box.x, $0.box.y, $0.box.z, $0.box.w, $0.confidence, Float($0.category)] }
            #expect(largestDifference(rows, expected) < 1e-5)
        }
    }

    private func number(after word: String, in text: String) -> Float? {
        guard let range = text.range(of: word) else { return nil }
        return Float(text[range.upperBound...].prefix { $0.isNumber || $0 == "." })
    }

    @Test(arguments: Golden.files(startingWith: "average_precision"))
    func averagePrecisionIsTheReferences(_ name: String) throws {
        let file = try Golden.file(name)
        let demands = file.shape("tp")[1]
        let right = file.doubles("tp")
        let confidences = file.doubles("conf")
        let order = confidences.indices.sorted { (-confidences[$0], $0) < (-confidences[$1], $1) }
        let categories = file.doubles("pred_cls")
        let detections = order.map { row in
            let bits = (0..<demands).reduce(UInt16(0)) { $0 | (right[row * demands + $1] != 0 ? 1 << UInt16($1) : 0) }
            return AveragePrecision.Judged(
                confidence: confidences[row], category: Int(categories[row]), matches: bits)
        }
        var instances: [Int: Int] = [:]
        for category in file.doubles("target_cls") { instances[Int(category), default: 0] += 1 }
        let curves = AveragePrecision.curves(detections, instances: instances, compatibility: .current)
        let metrics = DetectionMetrics(curves: curves, imagesByCategory: [:], images: 0, names: [])
        #expect(metrics.categories.map(\.index) == file.doubles("classes").map { Int($0) })
        expectSame(metrics.categories.map(\.precision), file.doubles("p"))
        expectSame(metrics.categories.map(\.recall), file.doubles("r"))
        expectSame(metrics.categories.map(\.f1), file.doubles("f1"))
        expectSame(metrics.categories.flatMap(\.averagePrecision), file.doubles("ap"))
    }

    private func expectSame(_ ours: [Double], _ theirs: [Double]) {
        #expect(ours.count == theirs.count)
        for (a, b) in zip(ours, theirs) { #expect(abs(a - b) < 1e-5, "\(a) instead of \(b)") }
    }
}
