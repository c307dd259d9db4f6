import Foundation
import TestSupport
import Testing

/// `swift-distill bench --data`, and what a run says of its loading.
@Suite(.serialized) struct DataBenchTests {
    private func number(_ value: Any?) throws -> Double { try #require((value as? NSNumber)?.doubleValue) }

    @Test(arguments: [nil, 2]) func benchMeasuresLoadingStageByStage(ranks: Int?) throws {
        let folder = try Folder()
        let drawn = try Program.run("synth", "scenes", "--train", "3", "--val", "2", "--size", "96", in: folder.url)
        #expect(drawn.code == 0, "\(drawn.errors)")
        let words = ["bench", "--data", "scenes", "--imgsz", "64", "--batch", "2", "--steps", "3", "--threads", "1"]
        let result = try Program.run(words + ["--json"], ranks: ranks, in: folder.url)
        #expect(result.code == 0, "\(result.output) \(result.errors)")
        let data = Data(result.output.utf8)
        let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any], "\(result.output)")
        #expect(try number(json["ranks"]) == Double(ranks ?? 1) && number(json["training_images"]) == 3)
        let paths = try #require(json["paths"] as? [[String: Any]])
        #expect(paths.map { $0["name"] as? String } == ["training", "closing", "validation"])
        for path in paths {
            let stages = try #require(path["stages"] as? [[String: Any]])
            #expect(
                stages.compactMap { $0["name"] as? String }
                    == ["read", "decode", "resize", "mosaic", "affine", "letterbox", "hsv", "batch"])
            let sum = try stages.reduce(0) { $0 + (try number($1["ms_per_image"])) }
            #expect(abs(sum - (try number(path["ms_per_image"]))) < 0.01)
            let shares = try stages.reduce(0) { $0 + (try number($1["share"])) }
            #expect(abs(shares - 1) < 0.01)
            #expect(try number(path["images_per_second"]) > 0)
            // The set is small, yet every picture is decoded when its turn comes.
            #expect(abs(try number(path["decoded_per_image"]) - 1) < 0.35)
        }
        let people = try Program.run(words, in: folder.url)
        #expect(people.output.contains("decode") && people.output.contains("images/s"), "\(people.output)")
    }

    @Test func aFolderThatIsMissingIsRefused() throws {
        let result = try Program.run("bench", "--data", "nowhere")
        #expect(result.code == 66 && result.errors.contains("nowhere"), "\(result)")
    }

    @Test func aRunTellsWhetherLoadingKeepsUp() throws {
        let run = try SceneRun("epochs=2", "close_mosaic=0", "val=false")
        #expect(try run.train("told", ranks: 2).code == 0)
        let log = try String(contentsOf: run.place("told").appending(path: "train.log"), encoding: .utf8)
        #expect(log.components(separatedBy: "data: steps waited ").count == 3, "\(log)")
        let text = try String(contentsOf: run.place("told").appending(path: "events.jsonl"), encoding: .utf8)
        let events = try text.split(separator: "\n").compactMap {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
        let epochs = events.filter { $0["event"] as? String == "epoch" }
        #expect(epochs.count == 2)
        for epoch in epochs {
            #expect((0...1).contains(try number(epoch["loading_share"])))
            let stages = try #require(epoch["loading_ms_per_image"] as? [String: Double])
            #expect(stages.count == 8 && (stages["hsv"] ?? 0) > 0)
        }
    }
}
