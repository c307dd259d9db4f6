import Configuration
@testable import Detection
import Tensors
import Testing

@Suite struct AveragePrecisionTests {
    func metrics(
        _ rows: [(confidence: Double, category: Int, matches: UInt16)], _ instances: [Int: Int],
        _ compatibility: Compatibility = .current
    ) -> DetectionMetrics {
        let judged = rows.map {
            AveragePrecision.Judged(confidence: $0.confidence, category: $0.category, matches: $0.matches)
        }
        let curves = AveragePrecision.curves(judged, instances: instances, compatibility: compatibility)
        return DetectionMetrics(curves: curves, imagesByCategory: [:], images: 1, names: ["fire", "smoke"])
    }

    let one: [(Double, Int, UInt16)] = [
        (0.9, 0, 0x3FF), (0.8, 0, 0), (0.7, 0, 0x3FF), (0.6, 0, 0xF), (0.5, 0, 0),
    ]

    @Test func firstWorkedExampleOfTheSpecification() {
        let result = metrics(one, [0: 4])
        expectClose(result.map50, 0.62, 1e-9)
        for demand in 4..<10 { expectClose(result.categories[0].averagePrecision[demand], 0.41167, 1e-4 / 4) }
        expectClose(result.map50To95, 0.495, 1e-9)
        expectClose(result.precision, 0.72237, 1e-5)
        expectClose(result.recall, 0.75, 1e-9)
        expectClose(result.categories[0].f1, 0.73593, 1e-5)
        #expect(result.categories[0].truePositives == 3 && result.categories[0].falsePositives == 1)
        #expect(result.categories[0].name == "fire" && result.instances == 4)
        expectClose(metrics(one, [0: 4], .v83).map50, 0.698, 1e-9)
    }

    @Test func secondWorkedExampleOfTheSpecification() {
        let result = metrics(
            [(0.95, 0, 0x3FF), (0.6, 0, 0x1F), (0.55, 1, 0), (0.5, 1, 0xFF), (0.3, 0, 0x3FF), (0.2, 2, 0)],
            [0: 3, 1: 2, 3: 1])
        #expect(result.categories.map(\.index) == [0, 1, 3])
        expectEach(result.categories.map(\.precision), [1, 0.5, 0])
        expectEach(result.categories.map(\.recall), [1, 0.5, 0])
        expectEach(result.categories.map(\.ap50), [0.995, 0.2475, 0])
        expectEach(result.categories.map(\.ap50To95), [0.775, 0.198, 0])
        #expect(result.categories[2].name == "3")
    }

    func expectEach(_ ours: [Double], _ theirs: [Double]) {
        #expect(ours.count == theirs.count && zip(ours, theirs).allSatisfy { abs($0 - $1) < 1e-9 })
    }

    @Test func withoutLabelsEverythingIsZero() {
        let result = metrics(one, [:])
        #expect(result.categories.isEmpty && result.map50 == 0 && result.precision == 0 && result.map50To95 == 0)
    }

    @Test func withoutDetectionsEverythingIsZero() {
        let result = metrics([], [0: 2])
        #expect(result.map50 == 0 && result.recall == 0 && result.categories[0].instances == 2)
    }

    @Test func oneMoreRightDetectionNeverHurts() {
        var stream = RandomStream(70)
        for _ in 0..<20 {
            var rows = (0..<40).map { (1 - Double($0) / 50, 0, stream.uniform() < 0.5 ? UInt16(0x3FF) : 0) }
            let before = metrics(rows, [0: 50]).map50
            guard let wrong = rows.indices.filter({ rows[$0].2 == 0 }).randomElement(using: &stream) else { continue }
            rows[wrong].2 = 0x3FF
            #expect(metrics(rows, [0: 50]).map50 >= before)
        }
    }

    @Test func reportedNumbersAreThoseThatFitnessWeighs() {
        let result = metrics(one, [0: 4])
        #expect(
            result.reported.map(\.name) == [
                "metrics/precision(B)", "metrics/recall(B)", "metrics/mAP50(B)", "metrics/mAP50-95(B)",
            ])
        #expect(result.reported.map(\.value) == [0.72237, 0.75, 0.62, 0.495])
    }

    @Test func linesThroughRepeatedPlacesTakeTheLast() {
        let line = Interpolation([0, 1, 1, 2], [0, 1, 5, 7], left: -1)
        #expect([-0.5, 0, 0.5, 1, 1.5, 2, 3].map { line($0) } == [-1, 0, 0.5, 5, 6, 7, 7])
    }

    @Test func tableHasTheFieldsColumns() {
        let result = metrics(one, [0: 4])
        let lines = result.table(perClass: true).split(separator: "\n").map(String.init)
        #expect(
            lines == [
                "                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95)",
                "                   all          1          4      0.722       0.75       0.62      0.495",
            ])
        #expect(metrics(one, [0: 4, 1: 2]).table(perClass: true).split(separator: "\n").count == 4)
    }
}
