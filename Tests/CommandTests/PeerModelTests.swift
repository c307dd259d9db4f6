import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import TestSupport

/// Models that say only in their modules what they compute, beside the program that made them.
@Suite(
    .enabled(
        if: Peer.has("ultralytics", "cv2", "onnx", "onnxruntime"),
        "needs PEER_PYTHON with ultralytics, onnx and onnxruntime"))
struct PeerModelTests {
    private struct Said: Decodable {
        /// Rows x1, y1, x2, y2, score and class by model.
        var predictions: [String: [[Double]]]
        /// Of the state dictionary of table.yaml.
        var tensors: Int
    }

    /// What each model that cannot be computed is refused for.
    private static let refusals = [
        "gelu": "activation GELU in model.", "mixed": "ReLU as model.1.act", "dilated": "model.3.conv with",
        "reflected": "model.3.conv with padding_mode circular", "bilinear": "model.4 with mode bilinear",
        "decoder": "dfl.conv.weight", "dropped": "Dropout as model.3.extra",
    ]

    private func write(_ name: String, _ bytes: [UInt8], in folder: URL) throws {
        let file = folder.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }

    @Test func theyAreComputedAsThereOrRefusedByName() throws {
        let folder = try Folder()
        func row(_ y: Int) -> [UInt8] { (0..<240).map { x in UInt8(truncatingIfNeeded: (x * x / 7) ^ (y * 3)) } }
        let rows: [UInt8] = (0..<96).flatMap { [0] + row($0) }
        let picture = PNGBuilder(width: 80, height: 96).file(rows)
        try write("picture.png", picture, in: folder.url)
        let script = ProgramRun.root.appending(path: "Tests/CommandTests/Scripts/judge_models.py").path
        let outcome = try Peer.run(script, folder.url.path, limit: 300)
        let line = try #require(
            outcome.lines.first { $0.hasPrefix("SAID ") }, "\(outcome.errors.suffix(2000))")
        let said = try JSONDecoder().decode(Said.self, from: Data(line.dropFirst(5).utf8))
        for (name, expected) in said.predictions { try expectPredictions(of: name, expected, in: folder.url) }
        for (name, words) in Self.refusals {
            let run = try Program.run("predict", "\(name).pt", "source=picture.png", "imgsz=96", in: folder.url)
            #expect(run.code == ExitCode.badData.rawValue && run.complaints.count == 1, "\(name): \(run)")
            #expect(run.errors.contains("\(name).pt: ") && run.errors.contains(words), "\(name): \(run.errors)")
        }
        try expectGraphs(of: said.predictions.keys.sorted(), in: folder.url)
        try expectTransfers(of: said.tensors, picture, in: folder.url)
    }

    /// As it is read, and as it is written into each format and read again.
    private func expectPredictions(of name: String, _ expected: [[Double]], in folder: URL) throws {
        #expect(expected.count > 5, "\(name)")
        var models = ["\(name).pt"]
        for format in ["pt", "safetensors"] {
            let copy = "copies/\(name).\(format)"
            try FileManager.default.createDirectory(
                at: folder.appending(path: "copies"), withIntermediateDirectories: true)
            let written = try Program.run("export", "\(name).pt", copy, in: folder)
            #expect(written.code == 0, "\(name): \(written.errors)")
            models.append(copy)
        }
        for opset in ["12", "18"] {
            let words = ["export", "\(name).pt", "copies/\(name)-\(opset).onnx", "imgsz=96", "opset=\(opset)"]
            let written = try Program.run(words, in: folder)
            #expect(written.code == 0, "\(name): \(written.errors)")
        }
        for model in models {
            let run = try Program.run(
                [
                    "predict", model, "source=picture.png", "imgsz=96", "conf=0.05", "iou=0.6", "max_det=20",
                    "save=false", "save_json", "project=out", "exist_ok",
                ], in: folder)
            #expect(run.code == 0, "\(model): \(run.errors)")
            let text = try Data(contentsOf: folder.appending(path: "out/predict/predictions.json"))
            let found = try JSONSerialization.jsonObject(with: text) as? [[String: Any]] ?? []
            #expect(found.count == expected.count, "\(model): \(found.count) and \(expected.count)")
            for (own, row) in zip(found, expected) {
                let box = own["bbox"] as? [Double] ?? []
                let corners = [box[0], box[1], box[0] + box[2], box[1] + box[3]]
                #expect(zip(corners, row).allSatisfy { abs($0 - $1) < 0.02 }, "\(model): \(corners) and \(row)")
                #expect(abs((own["score"] as? Double ?? 0) - row[4]) < 1e-4, "\(model): \(own) and \(row)")
                #expect(own["category_id"] as? Int == Int(row[5]) + 1)
            }
        }
    }

    /// What was exported answers in another runtime as the models do in theirs.
    private func expectGraphs(of names: [String], in folder: URL) throws {
        // 96 pixels are no multiple of the largest stride of this one.
        let names = names.filter { $0 != "levels" }
        let script = ProgramRun.root.appending(path: "Tests/CommandTests/Scripts/judge_graphs.py").path
        let outcome = try ProgramRun.start([Peer.python, script, folder.path] + names, limit: 120)
        let line = try #require(outcome.lines.first { $0.hasPrefix("SAID ") }, "\(outcome.errors.suffix(2000))")
        let differences = try JSONDecoder().decode([String: [Double]].self, from: Data(line.dropFirst(5).utf8))
        #expect(differences.count == 2 * names.count)
        for (name, pair) in differences { #expect(pair[0] < 0.01 && pair[1] < 1e-4, "\(name): \(pair)") }
    }

    /// State dictionaries of wrappers give all their tensors.
    private func expectTransfers(of count: Int, _ picture: [UInt8], in folder: URL) throws {
        for (split, number) in [("train", 0), ("train", 1), ("val", 0)] {
            try write("data/\(split)/images/p\(number).png", picture, in: folder)
            try write("data/\(split)/labels/p\(number).txt", Array("\(number) 0.5 0.5 0.5 0.5\n".utf8), in: folder)
        }
        try write("data.yaml", Array("train: data/train\nval: data/val\nnames: [red, blue]\n".utf8), in: folder)
        let words = [
            "train", "student=table.yaml", "teacher=", "data=data.yaml", "imgsz=64", "batch=1", "epochs=1", "threads=1",
            "plots=false", "convolutions=fixed", "val=false",
        ]
        for name in ["doubled", "parallel", "compiled", "list", "lightning", "parametrized", "fused"] {
            let run = try Program.run(words + ["pretrained=\(name).pt"], in: folder)
            #expect(run.code == 0 && run.output.contains("Transferred \(count)/\(count) items"), "\(name): \(run)")
        }
        let pruned = try Program.run(words + ["pretrained=pruned.pt"], in: folder)
        #expect(pruned.output.contains("model.0.conv.weight has shape [5, 3, 3, 3], the model [8, 3, 3, 3]: channels"))
    }
}
