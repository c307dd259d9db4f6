import Checkpoints
import Foundation
import TestSupport
import Testing

/// `swift-distill val` on a few drawn scenes.
@Suite(.serialized) struct ValTests {
    private let folder: Folder
    /// The model of the golden directory, and its classes.
    private let model: String
    private let classes: [String]

    init() throws {
        folder = try Folder()
        let names = try FileManager.default.contentsOfDirectory(atPath: Golden.directory)
        model = Golden.directory + "/" + (try #require(names.first { $0.hasSuffix(".pt") }))
        classes = try #require(try ModelFile.read(model).names)
        let drawn = try Program.run("synth", "scenes", "--train", "1", "--val", "7", "--size", "96", in: folder.url)
        #expect(drawn.code == 0, "\(drawn.errors)")
    }

    /// Names the classes of the drawn scenes anew.
    private func name(_ classes: [String]) throws {
        let text = "path: .\ntrain: train/images\nval: val/images\nnames: [\(classes.joined(separator: ", "))]\n"
        let file = folder.url.appending(path: "scenes/distillation_data.yaml")
        try text.write(to: file, atomically: true, encoding: .utf8)
    }

    /// Gives every validation image these labels.
    private func label(_ lines: [String]) throws {
        let labels = folder.url.appending(path: "scenes/val/labels")
        for file in try FileManager.default.contentsOfDirectory(at: labels, includingPropertiesForKeys: nil) {
            try lines.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
        }
    }

    /// What `--json` wrote, but for times.
    private func measured(ranks: Int?) throws -> NSDictionary {
        let file = "result-\(ranks ?? 0).json"
        let result = try Program.run(
            "val", model, "distillation_dataset=scenes", "imgsz=96", "batch=2", "threads=1", "--json", file,
            ranks: ranks, in: folder.url)
        #expect(result.code == 0, "\(result.output) \(result.errors)")
        #expect(result.output.contains("mAP50-95)"))
        #expect(result.output.contains("images/s"))
        let parts = ["preprocess", "inference", "loss", "postprocess"]
        let line = "Speed: " + parts.map { "[0-9.]+ms \($0)" }.joined(separator: ", ") + " per image"
        #expect(result.output.range(of: line, options: .regularExpression) != nil, "\(result.output)")
        let data = try Data(contentsOf: folder.url.appending(path: file))
        let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        // The parts are measured one after the other: on every rank they fit into the whole.
        let speed = try #require(json["speed"] as? [String: Double])
        #expect(Set(speed.keys) == Set(parts) && speed.values.allSatisfy { $0 > 0 })
        let whole = try #require(json["ms_per_image"] as? Double)
        #expect(speed.values.reduce(0, +) <= whole * Double(ranks ?? 1))
        return json.filter { !["seconds", "ms_per_image", "ranks", "speed"].contains($0.key) } as NSDictionary
    }

    @Test func metricsAreTheSameOnAnyNumberOfRanks() throws {
        // The order differs, so that classes have to be mapped by name; boxes are as large as the picture, which is where
        // a model that was never trained finds something.
        try name(classes.reversed())
        try label(classes.indices.map { "\($0) 0.5 0.5 1 1" })
        let alone = try measured(ranks: nil)
        #expect(try measured(ranks: 2) == alone)
        let all = try #require(alone["all"] as? [String: Any])
        #expect(all["images"] as? Int == 7)
        #expect(all["instances"] as? Int == 7 * classes.count)
        #expect((all["mAP50"] as? Double ?? 0) > 0)
        let losses = try #require(alone["losses"] as? [Double])
        #expect(losses.count == 3 && losses.allSatisfy { $0 > 0 })
    }

    @Test func byItselfAModelIsMeasuredAtTheSizeItWasTrainedAt() throws {
        try name(classes)
        let side = try #require(try ModelFile.read(model).imageSize?.first)
        let result = try Program.run("val", model, "distillation_dataset=scenes", "threads=1", in: folder.url)
        #expect(result.code == 0 && result.output.contains("imgsz \(side)×\(side)"), "\(result)")
        let given = try Program.run(
            "val", model, "distillation_dataset=scenes", "threads=1", "imgsz=96", in: folder.url)
        #expect(given.code == 0 && given.output.contains("imgsz 96×96"), "\(given)")
    }

    @Test func aModelOfOtherClassesIsRefusedByName() throws {
        try name(classes.dropLast() + ["zeppelin"])
        let result = try Program.run("val", model, "distillation_dataset=scenes", ranks: 2, in: folder.url)
        #expect(result.code == 65)
        #expect(result.errors.split(separator: "\n").count == 1)
        #expect(result.errors.contains("zeppelin") && result.errors.contains(model))
    }

    @Test func aMissingModelIsRefused() throws {
        let result = try Program.run("val", "nothing.pt", "distillation_dataset=scenes", in: folder.url)
        #expect(result.code == 66)
        #expect(result.errors.contains("nothing.pt"))
    }
}
