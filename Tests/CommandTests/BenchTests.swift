import Foundation
import TestSupport
import Testing

/// `swift-distill bench` on small images.
@Suite(.serialized) struct BenchTests {
    private func measure(ranks: Int?, _ words: String...) throws -> [String: Any] {
        let command = [
            "bench", "--imgsz", "64", "--batch", "1", "--steps", "1", "--threads", "1", "--teacher", "yolov8s",
            "--json",
        ]
        let result = try Program.run(command + words, ranks: ranks)
        #expect(result.code == 0, "\(result.output) \(result.errors)")
        #expect(result.output.split(separator: "\n").count == 1)
        return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    }

    private func number(_ key: String, _ json: [String: Any]) throws -> Double {
        try #require((json[key] as? NSNumber)?.doubleValue, "\(key)")
    }

    @Test func benchPrintsItsNumbersAsOneLineOfJSON() throws {
        let json = try measure(ranks: nil)
        let step = try number("step_ms_per_image", json)
        #expect(step > 0)
        #expect(abs(try number("images_per_second", json) * step - 1000) < 10)
        for key in ["student_ms_per_image", "teacher_ms_per_image", "peak_rss_mb", "peak_gflops", "share_of_peak"] {
            #expect(try number(key, json) > 0, "\(key)")
        }
        #expect(try number("threads", json) == 1 && number("ranks", json) == 1 && number("imgsz", json) == 64)
        #expect(json["student"] as? String == "yolov8n" && json["teacher"] as? String == "yolov8s")
        #expect(json["blas_kernel"] as? String != nil)
        // Three times YOLOv8n and once YOLOv8s; the field counts 8.1 and 28.5 GFLOP at 640 for five classes.
        let expected = (3 * 8.1 + 28.5) / 100
        #expect(abs(try number("gflop_per_image", json) / expected - 1) < 0.05)
    }

    private func bytes(_ kind: String, _ json: [String: Any]) throws -> Double {
        try number(kind, try #require(json["memory"] as? [String: Any]))
    }

    @Test func memoryIsToldByKindAndASteadyStepTakesNoMore() throws {
        let json = try measure(ranks: nil, "--imgsz", "160", "--steps", "3")
        // Values: the field's parameters, without the constants of the head, and two statistics for every BatchNorm.
        #expect(abs(try bytes("student_weights", json) / (4 * 3.02e6) - 1) < 0.01)
        // Winograd's weights are four to nine times as many as those that they are made from.
        #expect(try (2..<9).contains(bytes("teacher_weights", json) / (4 * 11.14e6)))
        #expect(try (5..<6.1).contains(bytes("training", json) / (4 * 3.02e6)))
        let kinds = ["student_weights", "teacher_weights", "training", "student_maps", "scratch", "other"]
        for kind in kinds + ["teacher_maps"] { #expect(try bytes(kind, json) > 0, "\(kind)") }
        let maps = try max(bytes("student_maps", json), bytes("teacher_maps", json))
        let sum = try kinds.reduce(0) { try $0 + bytes($1, json) } - bytes("student_maps", json) + maps
        #expect(try sum == bytes("peak", json))
        #expect(try bytes("buffers_per_step", json) == 0)
    }

    #if os(Linux)
        @Test func ranksOfAHostHaveTheTeacherOnce() throws {
            let json = try measure(ranks: 2)
            let (shared, all) = try (bytes("shared", json), bytes("teacher_weights", json))
            #expect(shared > 0.9 * all && shared <= 1.02 * all, "\(shared) of \(all)")
            #expect(try bytes("shared", measure(ranks: nil)) == 0)
        }
    #endif

    @Test func mapsThatAreComputedTwiceTakeAtMostHalfTheMemory() throws {
        let kept = try bytes("student_maps", measure(ranks: nil, "--imgsz", "160"))
        let twice = try bytes("student_maps", measure(ranks: nil, "--imgsz", "160", "--checkpoint-activations"))
        #expect(twice <= kept / 2, "\(twice) of \(kept)")
    }

    @Test func ranksAddTheirImages() throws {
        let json = try measure(ranks: 2)
        #expect(try number("ranks", json) == 2)
        let perRank = 1000 / (try number("step_ms_per_image", json))
        #expect(abs(try number("images_per_second", json) / perRank - 2) < 0.02)
    }

    @Test func anUnknownModelIsRefused() throws {
        let result = try Program.run("bench", "--student", "yolov8q", "--steps", "1")
        #expect(result.code == 64 || result.code == 65)
        #expect(result.errors.contains("yolov8q"))
    }
}
