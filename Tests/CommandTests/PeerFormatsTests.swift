import Foundation
import TestSupport
import Testing

/// Our files before the programs that they are written for, in one process of theirs.
@Suite(
    .enabled(
        if: Peer.has("ultralytics", "onnx", "onnxruntime", "safetensors"),
        "needs PEER_PYTHON with ultralytics, onnx, onnxruntime and safetensors"))
struct PeerFormatsTests {
    private struct Said: Decodable {
        var versions: [String: String]
        var names: [String]
        var safetensors_names: [String]
        var onnx_names: [String]
        var map: [Double]
        var onnx_map: [Double]
        var detections: Int
        var weights_only: Bool?
        var same: Int
        var tensors: Int
        var box_difference: Double
        var score_difference: Double
        var suppressed: Int
        var suppressed_difference: Double
        var exported: Bool
        var trained: Bool
    }

    private func export(_ words: String..., in folder: URL) throws {
        let outcome = try Program.run(["export"] + words, in: folder)
        try #require(outcome.code == 0, "\(words): \(outcome.errors)")
    }

    @Test func theFieldsProgramsReadMeasureAndTrainWhatWeWrite() throws {
        let folder = try Folder()
        let teacher = ProgramRun.root.appending(path: "configs/models/wildfire-teacher.safetensors").path
        let drawn = try Program.run(
            "synth", "scenes", "--train", "16", "--val", "40", "--size", "192", in: folder.url)
        try #require(drawn.code == 0, "\(drawn.errors)")
        try export(teacher, "model.pt", in: folder.url)
        try export("model.pt", "model.safetensors", in: folder.url)
        try export("model.safetensors", "plain.onnx", "dynamic", "imgsz=64", in: folder.url)
        try export("model.pt", "still.onnx", "imgsz=192", in: folder.url)
        try export("model.pt", "nms.onnx", "imgsz=192", "nms", in: folder.url)
        try export("model.safetensors", "plain12.onnx", "dynamic", "imgsz=64", "opset=12", in: folder.url)
        try export("model.pt", "nms12.onnx", "imgsz=192", "nms", "opset=12", in: folder.url)
        let words = ["distillation_dataset=scenes", "imgsz=192", "batch=8", "--json", "val.json"]
        let script = ProgramRun.root.appending(path: "Tests/CommandTests/Scripts/judge_formats.py").path
        let outcome = try Peer.run(script, folder.url.path, limit: 400)
        let line = try #require(
            outcome.lines.first { $0.hasPrefix("SAID ") }, "\(outcome.errors.suffix(2000))\(outcome.output.suffix(500))"
        )
        let said = try JSONDecoder().decode(Said.self, from: Data(line.dropFirst(5).utf8))
        // Each release by its own rule.
        let rule = said.versions["ultralytics"]?.hasPrefix("8.3") == true ? ["compat=8.3"] : []
        let own = try measured(words + rule, in: folder.url)
        for (a, b) in zip(own, said.map) { #expect(abs(a - b) < 0.001, "\(own) \(said.map)") }
        // A graph of one size gets square pictures.
        let square = try measured(words + rule + ["rect=false"], in: folder.url)
        for (a, b) in zip(square, said.onnx_map) { #expect(abs(a - b) < 0.001, "\(square) \(said.onnx_map)") }
        try expect(said)
    }

    /// Our mAP50 and mAP50-95.
    private func measured(_ words: [String], in folder: URL) throws -> [Double] {
        let outcome = try Program.run(["val", "model.pt"] + words, in: folder)
        try #require(outcome.code == 0, "\(outcome.errors)")
        let text = try Data(contentsOf: folder.appending(path: "val.json"))
        let all = (try JSONSerialization.jsonObject(with: text) as? [String: Any])?["all"] as? [String: Any]
        return [all?["mAP50"] as? Double ?? .nan, all?["mAP50-95"] as? Double ?? .nan]
    }

    private func expect(_ said: Said) throws {
        let names = ["FireBSI", "LightningBSI", "PersonBSI", "SmokeBSI", "VehicleBSI"]
        #expect(said.names == names && said.safetensors_names == names && said.onnx_names == names)
        #expect(said.same == said.tensors && said.tensors == 355)
        #expect(said.weights_only != false && said.exported && said.trained)
        #expect(said.detections > 0 && said.suppressed > 0)
        #expect(said.box_difference < 192 * 1e-4 && said.score_difference < 1e-4)
        #expect(said.suppressed_difference < 1e-2)
    }
}
