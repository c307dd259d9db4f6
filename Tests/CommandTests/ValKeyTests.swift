import Foundation
import TestSupport
import Testing

/// Keys of `val` with the embedded teacher on drawn scenes.
@Suite(.serialized) struct ValKeyTests {
    private let folder: Folder
    private static let model = ProgramRun.root.appending(path: "configs/models/wildfire-teacher.safetensors").path

    init() throws {
        folder = try Folder()
        let drawn = try Program.run(
            "synth", "sc", "--train", "2", "--val", "8", "--size", "128", "--seed", "3", in: folder.url)
        #expect(drawn.code == 0, "\(drawn.errors)")
    }

    private func json(_ words: String..., ranks: Int? = nil) throws -> [String: Any] {
        let outcome = try Program.run(
            ["val", Self.model, "imgsz=128", "batch=2", "threads=1"] + words + ["--json"], ranks: ranks, in: folder.url)
        try #require(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("mAP50-95)"), "what is for people goes to standard error")
        return try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    }

    private func number(_ key: String, _ result: [String: Any]) -> Double {
        (result["all"] as? [String: Any])?[key] as? Double ?? .nan
    }

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: folder.url.appending(path: name))
    }

    @Test func theSplitThatIsNamedIsMeasured() throws {
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "sc/test/images"), withIntermediateDirectories: true)
        try FileManager.default.moveItem(
            at: folder.url.appending(path: "sc/val/images/scene_000004.jpg"),
            to: folder.url.appending(path: "sc/test/images/scene_000004.jpg"))
        try FileManager.default.copyItem(
            at: folder.url.appending(path: "sc/val/labels"), to: folder.url.appending(path: "sc/test/labels"))
        let names = "names: [FireBSI, LightningBSI, PersonBSI, SmokeBSI, VehicleBSI]\n"
        try write("d.yaml", "path: sc\ntrain: train\nval: val\ntest: test\n" + names)
        for (split, count) in [("val", 7.0), ("test", 1), ("train", 2)] {
            #expect(try number("images", json("data=d.yaml", "split=\(split)")) == count)
        }
        // A folder that describes itself has its splits as folders.
        try FileManager.default.removeItem(at: folder.url.appending(path: "sc/distillation_data.yaml"))
        try write("sc/data.yaml", names)
        #expect(try number("images", json("distillation_dataset=sc", "--split", "test")) == 1)
        try FileManager.default.removeItem(at: folder.url.appending(path: "sc/test"))
        try write("e.yaml", "path: sc\ntrain: train\nval: val\n" + names)
        for (data, word) in [("e.yaml", "'test' is missing"), ("sc", "no folder test/images"), ("d.yaml", "/sc/test'")]
        {
            let refused = try Program.run("val", Self.model, "data=\(data)", "split=test", in: folder.url)
            #expect([65, 66].contains(refused.code) && refused.complaints.count == 1 && refused.errors.contains(word))
        }
        let wrong = try Program.run("val", Self.model, "data=sc", "split=tset", in: folder.url)
        #expect(wrong.code == 64 && wrong.errors.contains("one of val, test, train"), "\(wrong.errors)")
    }

    @Test func labelsOfTheClassesThatAreNamedCount() throws {
        let whole = try json("data=sc")
        let part = try json("data=sc", "classes=FireBSI,3")
        func rows(_ result: [String: Any]) -> [String: NSDictionary] {
            let classes = result["classes"] as? [NSDictionary] ?? []
            return Dictionary(uniqueKeysWithValues: classes.map { ($0["name"] as? String ?? "", $0) })
        }
        #expect(Set(rows(part).keys) == ["FireBSI", "SmokeBSI"] && rows(whole).count > 2)
        for (name, row) in rows(part) {
            for key in ["mAP50", "mAP50-95", "instances"] {
                #expect(row[key] as? Double == rows(whole)[name]?[key] as? Double)
            }
        }
        let wrong = try Program.run("val", Self.model, "data=sc", "classes=Fire", in: folder.url)
        #expect(wrong.code == 64 && wrong.errors.contains("the data set has no class `Fire`"), "\(wrong.errors)")
    }

    @Test func allClassesCountAsOneWhateverTheModelCallsThem() throws {
        let (apart, whole) = (try json("data=sc"), try json("data=sc", "single_cls=true"))
        #expect(number("instances", whole) == number("instances", apart) && (whole["classes"] as? [Any])?.count == 1)
        #expect(number("mAP50", whole) > 0 && number("mAP50", whole) != number("mAP50", apart))
    }

    @Test func everyBoxIsListedTheSameOnAnyNumberOfRanks() throws {
        // Two pictures of one name in two folders.
        let images = folder.url.appending(path: "sc/val/images")
        try FileManager.default.createDirectory(at: images.appending(path: "b"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: images.appending(path: "scene_000001.jpg"), to: images.appending(path: "b/scene_000000.jpg"))
        let alone = try json("data=sc", "save_json", "project=p")
        #expect(alone["predictions"] as? String == "p/val/predictions.json")
        _ = try json("data=sc", "save_json=true", "project=p", "name=two", ranks: 2)
        let files = ["val", "two"].map { folder.url.appending(path: "p/\($0)/predictions.json") }
        #expect(try Data(contentsOf: files[0]) == Data(contentsOf: files[1]))
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: files[0])) as? [[String: Any]])
        let names = Dictionary(rows.map { ($0["image_id"] as? String ?? "", $0["file_name"] as? String ?? "") }) { $1 }
        #expect(names["scene_000001"] == "scene_000001.jpg" && names["b_scene_000000"] == "b/scene_000000.jpg")
        #expect(names.count == 9 && Set(names.values).count == 9)
        #expect(
            rows.allSatisfy { (1...5).contains($0["category_id"] as? Int ?? 0) && ($0["bbox"] as? [Any])?.count == 4 })
    }

    @Test func aTeacherOfSeveralClassesTeachesASingleOne() throws {
        let run = try Program.run(
            "train", "teacher=\(Self.model)", "student=yolov8p", "data=sc", "single_cls", "imgsz=64", "batch=2",
            "epochs=1", "threads=1", "plots=false", "--json", in: folder.url)
        #expect(run.code == 0 && run.errors.contains("the teacher's 5 classes count as one"), "\(run.errors)")
        let json = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
        #expect(json?["ending"] as? String == "finished" && json?["run"] as? String == "runs/distill/train")
        #expect((json?["weights"] as? [String: String])?["last"] == "runs/distill/train/weights/last.safetensors")
    }
}
