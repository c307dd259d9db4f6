import Foundation
import TestSupport
import Testing

/// `bench --sweep` and `bench --model-ranks`: how the cost of a step grows.
@Suite(.serialized) struct ScalingTests {
    private func rows(_ words: String..., ranks: Int? = nil) throws -> [[String: Double]] {
        let small = ["bench", "--steps", "1", "--threads", "1", "--teacher", "yolov8n", "--json"]
        let result = try Program.run(small + words, ranks: ranks)
        #expect(result.code == 0, "\(result)")
        return try result.output.split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return (object ?? [:]).compactMapValues { ($0 as? NSNumber)?.doubleValue }
        }
    }

    @Test func aSweepMeasuresEveryPlaceOfItsGrid() throws {
        let rows = try rows(
            "--sweep", "--sweep-threads", "1,2", "--sweep-batch", "1,3", "--sweep-imgsz", "64", ranks: 2)
        #expect(rows.map { $0["batch"] } == [1, 1, 3, 3] && rows.map { $0["threads"] } == [1, 2, 1, 2])
        for row in rows {
            let (step, speed, batch) = (row["step_ms"] ?? 0, row["images_per_second"] ?? 0, row["batch"] ?? 0)
            #expect(row["ranks"] == 2 && row["imgsz"] == 64 && step > 0)
            #expect(abs(speed * step / (2000 * batch) - 1) < 1e-6)
            #expect((0...1).contains(row["exposed_share"] ?? -1) && (0...1).contains(row["late_share"] ?? -1))
        }
    }

    /// On a network so slow that nothing else counts, the formula's terms stand alone.
    @Test(arguments: [("none", 1.0), ("bf16", 0.5)]) func theForecastCountsBytesAsTheSumsSendThem(
        compression: String, part: Double
    ) throws {
        let rows = try rows(
            "--imgsz", "64", "--batch", "1", "--model-ranks", "1,2,3,4,64", "--bandwidth-gbit", "0.001", "--latency-us",
            "0", "--gradient-compression", compression)
        #expect(rows.map { $0["ranks"] } == [1, 2, 3, 4, 64])
        let sums = rows.map { ($0["all_reduce_ms"] ?? 0) / 1e3 }
        // YOLOv8n of five classes: about 3.01 million parameters, 4 bytes each, at 125 000 bytes per second.
        #expect(sums[0] == 0 && abs(sums[1] / (part * 3.012e6 * 4 / 125_000) - 1) < 0.01, "\(sums)")
        for (index, factor) in [(2, 2.0), (3, 1.5), (4, 2 * (1 - 1.0 / 64))] {
            // Small buckets go another way, and so do rounds of no bytes.
            #expect(abs(sums[index] / (factor * sums[1]) - 1) < 0.05, "\(sums)")
        }
        for row in rows.dropFirst() {
            let parts = ["compute_ms", "agreement_ms", "exposed_ms"].map { row[$0] ?? 0 }
            #expect(abs(parts.reduce(0, +) - (row["step_ms"] ?? 0)) < 1e-6)
            #expect(row["efficiency"].map { $0 < 0.1 } == true)
        }
    }

    @Test func latencyCountsPerRound() throws {
        let rows = try rows(
            "--imgsz", "64", "--batch", "1", "--model-ranks", "2,64,65", "--bandwidth-gbit", "100000", "--latency-us",
            "999800")
        let agreement = rows.map { ($0["agreement_ms"] ?? 0) / 1e3 }
        // Twice log₂R rounds of a second; twice as many where R is no power of two.
        #expect(agreement.map { $0.rounded() } == [2, 12, 28], "\(agreement)")
    }

    @Test func waitingIsPartOfTheResult() throws {
        let result = try Program.run(
            "bench", "--imgsz", "64", "--batch", "1", "--steps", "2", "--threads", "1", "--teacher", "yolov8n", ranks: 2
        )
        #expect(result.code == 0 && result.output.contains("exposed"), "\(result)")
        #expect(result.output.contains("statistics") && result.output.contains("set out, ms"))
        let wrong = try Program.run("bench", "--model-ranks", "8,x")
        #expect(wrong.code == 64 && wrong.errors.contains("model-ranks"), "\(wrong)")
    }
}
