import Checkpoints
import Foundation
import TestSupport
import Testing

/// Names with signs that terminals obey: escaped wherever people read, untouched in data.
@Suite struct NamesOnTerminalsTests {
    private static let name = "a\u{7}\tb\u{1B}[31m\u{9B}c\u{202E}\u{2028}d\ne"
    private static let shown = "a\\u{7}\\u{9}b\\u{1b}[31m\\u{9b}c\\u{202e}\\u{2028}d\\u{a}e"

    /// Scalars that may not reach a terminal.
    private func hostile(_ text: String) -> [Unicode.Scalar] {
        text.unicodeScalars.filter {
            $0 != "\n" && ($0.value < 0x20 || (0x7F..<0xA0).contains($0.value) || (0x2028...0x202E).contains($0.value))
        }
    }

    private func clean(_ outcome: ProgramRun.Outcome, code: Int32 = 0) {
        #expect(outcome.code == code, "\(outcome.errors)")
        #expect(hostile(outcome.output + outcome.errors) == [], "\(outcome.output) \(outcome.errors)")
    }

    @Test func classesAreEscapedForPeopleAndKeptInFiles() throws {
        let input = try SpoiltInput()
        let yaml = #"names: ["a\x07\tb\x1b[31m\x9bc\u202e\u2028d\ne", smoke]"#
        try input.write("data/distillation_data.yaml", text: "train: train\nval: val\n\(yaml)\n")
        let trained = try Program.run("train", "recipe.yaml", "plots=false", "name=n", in: input.url)
        clean(trained)
        let log = try String(contentsOfFile: input.path("runs/distill/n/train.log"), encoding: .utf8)
        #expect(hostile(log) == [] && log.contains(Self.shown))
        let model = input.path("runs/distill/n/weights/last.safetensors")
        #expect(try ModelFile.read(model).names == [Self.name, "smoke"])
        try input.write(
            "other.yaml",
            text: "path: data\ntrain: train\nval: val\n"
                + yaml.replacing("[\"", with: "[smoke, \"")
                .replacing(", smoke]", with: "]") + "\n")
        for (data, words) in [("data", [Self.shown]), ("other.yaml", ["mapped by name", "1 \(Self.shown) <- 0"])] {
            let measured = try Program.run(
                "val", model, "data=\(data)", "threads=1", "--json", "v.json", in: input.url)
            clean(measured)
            for word in words { #expect(measured.output.contains(word), "\(measured.output)") }
            let json = try JSONSerialization.jsonObject(with: Data(contentsOf: input.url.appending(path: "v.json")))
            let classes = (json as? [String: Any])?["classes"] as? [[String: Any]] ?? []
            #expect(classes.contains { $0["name"] as? String == Self.name })
        }
        clean(try Program.run("predict", model, "source=data/val/images", "conf=0", in: input.url))
        let refused = try Program.run("predict", model, "source=data/val/images", "classes=x", in: input.url)
        clean(refused, code: 64)
        #expect(refused.complaints.count == 1)
    }

    @Test func filesTensorsAndLinesOfJSONAreEscaped() throws {
        let input = try SpoiltInput()
        let words = "format=onnx"
        let tensors = SafeTensors(
            entries: ["model.\(Self.name)": .init(ints: [1], shape: [1])], metadata: ["format": Self.name])
        let path = input.path("m\u{1B}[31m.safetensors")
        try Data(tensors.serialized()).write(to: URL(filePath: path))
        for command in [
            ["export", path, words], ["val", path, "data=data"], ["predict", path, "source=data/val/images"],
        ] {
            let outcome = try Program.run(command, in: input.url)
            clean(outcome, code: 65)
            #expect(outcome.complaints.count == 1 && outcome.errors.contains("m\\u{1b}[31m.safetensors"))
        }
        let line = #"{"cpu": "x", "decided": {"\u001b[31m\nconvolution": "\u009b"}}"#
        try input.write("c.json", text: line)
        let outcome = try Program.run("train", "recipe.yaml", "convolutions=c.json", in: input.url)
        clean(outcome, code: 65)
        #expect(outcome.complaints.count == 1 && outcome.errors.contains("\\u{1b}[31m\\u{a}convolution: \\u{9b}"))
    }
}
