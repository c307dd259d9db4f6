import Foundation
import TestSupport
import Testing

/// Where `swift-distill bench` says that time goes, and how it compares itself with an earlier result.
@Suite(.serialized) struct BenchProfileTests {
    private static let arguments = [
        "bench", "--imgsz", "64", "--batch", "1", "--steps", "1", "--threads", "1", "--teacher", "yolov8n",
    ]

    /// One result for all tests; measuring takes a second.
    private static let measured = Result<Data, any Error> {
        let outcome = try Program.run(arguments + ["--profile", "2", "--json"])
        #expect(outcome.code == 0, "\(outcome)")
        return Data(outcome.output.utf8)
    }

    private func result() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: try Self.measured.get()) as? [String: Any])
    }

    private func rows(_ key: String, _ result: [String: Any]) throws -> [[String: Any]] {
        try #require((result["profile"] as? [String: Any])?[key] as? [[String: Any]])
    }

    private func number(_ key: String, _ object: Any?) throws -> Double {
        try #require(((object as? [String: Any])?[key] as? NSNumber)?.doubleValue, "\(key)")
    }

    private func sum(_ key: String, _ rows: [[String: Any]]) throws -> Double {
        try rows.map { try number(key, $0) }.reduce(0, +)
    }

    private func write(_ object: Any, to name: String, in folder: Folder) throws -> String {
        let file = folder.url.appending(path: name)
        try JSONSerialization.data(withJSONObject: object).write(to: file)
        return file.path
    }

    @Test func theTimesOfBlocksAndOfKernelsAddUpToAtMostTheStep() throws {
        let result = try result()
        let profile = result["profile"]
        let blocks = try rows("blocks", result), kernels = try rows("kernels", result)
        let sums = try [sum("ms", blocks), sum("ms", kernels)]
        // Every number is rounded.
        let rounding = 1e-4 * Double(kernels.count)
        let step = try number("step_ms", profile), covered = try number("covered_share", profile)
        #expect(sums[0] > 0)
        #expect(abs(sums[0] - sums[1]) < rounding)
        #expect(sums[0] <= step + rounding)
        #expect(covered > 0 && covered <= 1)
        for share in ["student_threads_busy", "teacher_threads_busy", "step_threads_busy"] {
            #expect(try number(share, result) > 0, "\(share)")
        }
    }

    @Test func everyLayerHasItsForwardAndItsWayBack() throws {
        let result = try result()
        let names = try rows("blocks", result).map { $0["block"] as? String ?? "" }
        #expect(Set(names).count == names.count && !names.contains(""))
        for name in ["teacher 0 Conv", "student 9 SPPF", "student 22 Detect classes/32", "loss", "update", "exchange"] {
            #expect(names.contains(name), "\(names)")
        }
        let kernels = try rows("kernels", result).filter { $0["block"] as? String == "student 4 C2f" }
        let kinds = Set(kernels.compactMap { $0["kernel"] as? String })
        #expect(
            kinds.isSuperset(of: [
                "convolution forward", "convolution input", "convolution weights", "moments", "normalise and activate",
                "activation backward", "normalisation backward",
            ]), "\(kinds)")
        #expect(kernels.allSatisfy { ($0["shape"] as? String)?.contains("@8x8") == true }, "\(kernels)")
        // The formula's operations, but for the gradient to the image, which nobody needs.
        let operations = try sum("gflop", rows("kernels", result))
        let expected = try number("gflop_per_image", result)
        #expect(abs(operations - expected) < 0.05 * expected)
    }

    @Test func aProfileIsLeftOutOnRequest() throws {
        let outcome = try Program.run(Self.arguments + ["--profile", "0", "--json"])
        #expect(outcome.code == 0 && !outcome.output.contains("\"profile\""), "\(outcome)")
    }

    @Test func aResultComparedWithItselfHasNotChanged() throws {
        let folder = try Folder()
        let file = try write(try result(), to: "same.json", in: folder)
        let outcome = try Program.run("bench", "--result", file, "--against", file, "--json")
        let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
        for key in ["step", "teacher", "student"] { #expect(try number(key, object) == 1, "\(outcome)") }
        let kernels = object?["kernels"] as? [Any]
        #expect(kernels?.isEmpty == true)
        let text = try Program.run("bench", "--result", file, "--against", file)
        #expect(text.code == 0 && text.output.contains("no kernel of weight changed"), "\(text)")
    }

    @Test func whatBecameFasterOrSlowerIsNamed() throws {
        let folder = try Folder()
        var now = try result()
        let then = try write(now, to: "then.json", in: folder)
        now["step_ms_per_image"] = try number("step_ms_per_image", now) / 2
        var profile = try #require(now["profile"] as? [String: Any])
        var kernels = try rows("kernels", now)
        let slow = try number("ms", kernels[0])
        kernels[0]["ms"] = 4 * slow
        profile["kernels"] = kernels
        now["profile"] = profile
        let file = try write(now, to: "now.json", in: folder)
        let outcome = try Program.run("bench", "--result", file, "--against", then, "--json")
        let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
        let ratio = try number("step", object)
        #expect(ratio > 1.99 && ratio < 2.01)
        let changed = try #require(object?["kernels"] as? [[String: Any]])
        #expect(changed.count == 1, "\(outcome)")
        #expect(changed[0]["shape"] as? String == kernels[0]["shape"] as? String)
        #expect(try number("ratio", changed[0]) == 0.25)
    }

    @Test func aMeasurementSaysHowItStandsAgainstAnEarlierOne() throws {
        let folder = try Folder()
        let file = try write(try result(), to: "then.json", in: folder)
        let outcome = try Program.run(Self.arguments + ["--profile", "1", "--against", file])
        #expect(outcome.code == 0 && outcome.output.contains("against \(file)"), "\(outcome)")
        #expect(outcome.output.contains("then / now") && outcome.output.contains("teacher 0 Conv"))
    }

    @Test func whatCannotBeComparedIsRefusedBeforeAnythingIsMeasured() throws {
        let folder = try Folder()
        var other = try result()
        let file = try write(other, to: "result.json", in: folder)
        other["format"] = 99
        let newer = try write(other, to: "newer.json", in: folder)
        let noise = folder.url.appending(path: "noise.json").path
        try Data("not JSON".utf8).write(to: URL(filePath: noise))
        let list = try write([1, 2], to: "list.json", in: folder)
        let cases: [([String], Int32, String)] = [
            (["--against", "/no/such.json"], 66, "/no/such.json: does not exist"),
            (["--against", folder.url.path], 66, "is not a file"),
            (["--against", noise], 65, "no result of `bench --json`"), (["--against", list], 65, "no result of"),
            (["--against", newer], 65, "has format 99"),
            (["--imgsz", "96", "--against", file], 64, "imgsz 64 instead of 96"),
            (["--checkpoint-activations", "--against", file], 64, "checkpoint-activations false instead of true"),
            (["--gradient-compression", "bf16", "--against", file], 64, "gradient-compression none instead of bf16"),
            (["--batch", "2", "--against", file], 64, "--imgsz 64 --batch 1 --threads 1"),
            (["--result", file], 64, "--result needs --against"), (["--profile=-1"], 64, "--profile is"),
        ]
        for (words, code, message) in cases {
            let outcome = try Program.run(Self.arguments + words)
            #expect(outcome.code == code && outcome.errors.contains(message), "\(words) \(outcome)")
            #expect(outcome.output.isEmpty)
        }
    }
}
