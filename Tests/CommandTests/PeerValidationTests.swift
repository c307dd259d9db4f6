import Foundation
import TestSupport
import Testing

/// `val` beside the programs whose numbers it gives, key by key.
@Suite(
    .enabled(
        if: Peer.has("ultralytics", "pycocotools", "cv2"), "needs PEER_PYTHON with ultralytics and pycocotools"))
struct PeerValidationTests {
    private struct Said: Decodable {
        /// Precision, recall, mAP50 and mAP50-95 by case.
        var scores: [String: [Double]]
        var rows: [Row]
        /// mAP50 and mAP50-95 of our list.
        var coco: [Double]
    }

    private struct Row: Decodable {
        var image: String
        var file: String
        var category: Int
        var box: [Double]
        var score: Double

        init(from decoder: any Decoder) throws {
            var row = try decoder.unkeyedContainer()
            image = try row.decode(String.self)
            file = try row.decode(String.self)
            category = try row.decode(Int.self)
            box = try row.decode([Double].self)
            score = try row.decode(Double.self)
        }
    }

    @Test func everyKeyGivesTheReferencesNumbers() throws {
        let folder = try Folder()
        let teacher = ProgramRun.root.appending(path: "configs/models/wildfire-teacher.safetensors").path
        for (name, count) in [("scenes", "40"), ("more", "24")] {
            let seed = name == "more" ? "5" : "0"
            let drawn = try Program.run(
                "synth", name, "--train", "16", "--val", count, "--size", "192", "--seed", seed, in: folder.url)
            try #require(drawn.code == 0, "\(drawn.errors)")
        }
        let data =
            "path: \(folder.url.path)\ntrain: scenes/train/images\nval: scenes/val/images\ntest: more/val/images\n"
        let names = "names: [FireBSI, LightningBSI, PersonBSI, SmokeBSI, VehicleBSI]\n"
        try Data((data + names).utf8).write(to: folder.url.appending(path: "data.yaml"))
        try #require(try Program.run("export", teacher, "model.pt", in: folder.url).code == 0)
        let plain = try measured(["save_json", "project=own"], in: folder.url)
        let list = folder.url.appending(path: "own/val/predictions.json")
        try FileManager.default.copyItem(at: list, to: folder.url.appending(path: "predictions.json"))
        let said = try judged(folder.url)
        try expectEqual(plain, said.scores["plain"])
        for (name, words) in [
            ("test", ["split=test"]), ("train", ["split=train"]), ("classes", ["classes=0,3"]),
            ("single", ["single_cls"]), ("both", ["single_cls", "classes=[FireBSI,3]", "split=test"]),
        ] { try expectEqual(measured(words, in: folder.url), said.scores[name], name) }
        try expectRows(list, said.rows)
        // COCO's precision is a staircase where the field's has slopes.
        for (own, judged) in zip(plain.suffix(2), said.coco) {
            #expect(abs(own - judged) < 0.02, "\(plain) \(said.coco)")
        }
    }

    private func judged(_ folder: URL) throws -> Said {
        let script = ProgramRun.root.appending(path: "Tests/CommandTests/Scripts/judge_validation.py").path
        let outcome = try Peer.run(script, folder.path, limit: 300)
        let line = try #require(outcome.lines.first { $0.hasPrefix("SAID ") }, "\(outcome.errors.suffix(2000))")
        return try JSONDecoder().decode(Said.self, from: Data(line.dropFirst(5).utf8))
    }

    private func measured(_ words: [String], in folder: URL) throws -> [Double] {
        let outcome = try Program.run(
            ["val", "model.pt", "data=data.yaml", "imgsz=192", "batch=8", "--json"] + words, in: folder)
        try #require(outcome.code == 0, "\(outcome.errors)")
        let json = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
        let all = try #require(json?["all"] as? [String: Any])
        return ["precision", "recall", "mAP50", "mAP50-95"].map { all[$0] as? Double ?? .nan }
    }

    private func expectEqual(_ own: [Double], _ judged: [Double]?, _ name: String = "plain") throws {
        let judged = try #require(judged)
        #expect(zip(own, judged).allSatisfy { abs($0 - $1) < 1e-3 }, "\(name): \(own) and \(judged)")
        #expect(judged[2] > 0.1, "\(name) is a case that shows something")
    }

    /// Our list beside the reference's; at the end of the confidences some boxes of an image may have other neighbours.
    private func expectRows(_ list: URL, _ rows: [Row]) throws {
        let own = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: list)) as? [[String: Any]])
        #expect(abs(own.count - rows.count) <= rows.count / 500, "\(own.count) rows and \(rows.count)")
        let clear = rows.filter { $0.score > 0.05 }
        let known = Dictionary(grouping: own) { $0["image_id"] as? String ?? "" }
        for row in clear {
            let match = known[row.image]?.contains { other in
                let box = other["bbox"] as? [Double] ?? []
                return other["category_id"] as? Int == row.category && other["file_name"] as? String == row.file
                    && abs((other["score"] as? Double ?? 0) - row.score) < 2e-4
                    && zip(box, row.box).allSatisfy { abs($0 - $1) < 0.05 }
            }
            #expect(match == true, "\(row)")
        }
        #expect(clear.count > 40)
    }
}
