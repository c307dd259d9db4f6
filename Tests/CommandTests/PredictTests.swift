import Foundation
import TestSupport
import Testing

/// `swift-distill predict` with the embedded teacher on drawn scenes.
@Suite(.serialized) struct PredictTests {
    private let folder: Folder
    private let model = ProgramRun.root.appending(path: "configs/models/wildfire-teacher.safetensors").path

    init() throws {
        folder = try Folder()
        let drawn = try Program.run(
            "synth", "sc", "--train", "1", "--val", "6", "--size", "256", "--seed", "3", in: folder.url)
        #expect(drawn.code == 0, "\(drawn.errors)")
    }

    private func file(_ name: String) -> URL { folder.url.appending(path: name) }

    private func text(_ name: String) throws -> String { try String(contentsOf: file(name), encoding: .utf8) }

    /// What Ultralytics 8.4.190 predicts of these scenes: corners in pixels, score, class.
    private static let reference: [String: [[Double]]] = [
        "scene_000000.jpg": [
            [183.7, 82.26, 231.05, 102.04, 0.81831, 0], [177.04, 33.87, 223.64, 95.59, 0.7702, 3],
            [91.36, 83.32, 132.53, 116.62, 0.64909, 0], [1.24, 13.76, 28.71, 89.62, 0.50158, 3],
            [0.37, 9.64, 28.98, 127.18, 0.42175, 3], [213.98, 9.74, 220.21, 21.51, 0.26234, 1],
        ],
        "scene_000001.jpg": [[44.06, 72.09, 75.52, 83.72, 0.25143, 0]],
        "scene_000002.jpg": [
            [0, 126.55, 163.52, 227.83, 0.79411, 4], [94.5, 228.06, 133.15, 255.4, 0.26181, 2],
        ],
        "scene_000003.jpg": [[0, 42.38, 180.11, 173.86, 0.32603, 4]],
        "scene_000004.jpg": [
            [29.62, 216.05, 73.51, 238.4, 0.82405, 0], [74, 121.07, 95.22, 131.7, 0.28318, 0],
        ],
        "scene_000005.jpg": [[65.97, 127.89, 79.62, 161.84, 0.26748, 2]],
    ]

    @Test func theNumbersAreTheReferences() throws {
        let run = try Program.run(
            "predict", model, "source=sc/val/images", "save_json=true", "save=false", "project=out", "imgsz=192",
            in: folder.url)
        #expect(run.code == 0, "\(run.errors)")
        let list = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: file("out/predict/predictions.json")))
                as? [[String: Any]])
        for (name, rows) in Self.reference {
            let found = list.filter { $0["file_name"] as? String == name }
            #expect(found.count == rows.count, "\(name)")
            for (detection, row) in zip(found, rows) {
                let box = try #require(detection["bbox"] as? [Double])
                let corners = [box[0], box[1], box[0] + box[2], box[1] + box[3]]
                #expect(zip(corners, row).allSatisfy { abs($0 - $1) < 0.1 }, "\(name): \(corners) and \(row)")
                #expect(abs((detection["score"] as? Double ?? 0) - row[4]) < 1e-3)
                #expect(detection["category_id"] as? Int == Int(row[5]) + 1)
                #expect(detection["image_id"] as? String == String(name.dropLast(4)))
            }
        }
    }

    @Test func everyPictureHasALineAndItsFiles() throws {
        try FileManager.default.copyItem(at: file("sc/val/images/scene_000000.jpg"), to: file("7.jpg"))
        let words = [
            "predict", model, "source=7.jpg", "save_txt", "save_conf", "save_json", "project=out", "imgsz=192",
        ]
        let run = try Program.run(words, in: folder.url)
        #expect(run.code == 0, "\(run.errors)")
        #expect(
            run.lines[0].range(
                of: #"^image 1/1 /.*/7\.jpg: 160x192 2 FireBSIs, 1 LightningBSI, 3 SmokeBSIs, [0-9.]+ms$"#,
                options: .regularExpression) != nil, "\(run.output)")
        #expect(run.lines[1].hasPrefix("Speed: ") && run.lines[1].hasSuffix("per image at shape (1, 3, 160, 192)"))
        #expect(Array(run.lines[2...]) == ["Results saved to out/predict", "1 label saved to out/predict/labels"])
        let labels = try text("out/predict/labels/7.txt").split(separator: "\n")
        #expect(labels.count == 6 && labels.allSatisfy { $0.split(separator: " ").count == 6 })
        #expect(labels[0].hasPrefix("0 0.81") && labels[0].contains(" 0.8183"))
        #expect(try text("out/predict/predictions.json").contains("\"image_id\": 7, \"file_name\": \"7.jpg\""))
        // The copy has the picture's extent, and boxes on it; another run leaves it alone.
        let drawn = try Data(contentsOf: file("out/predict/7.jpg"))
        #expect(drawn.starts(with: [0xFF, 0xD8]))
        #expect(try Program.run(words, in: folder.url).output.contains("Results saved to out/predict-2"))
        #expect(try Program.run(words + ["exist_ok"], in: folder.url).output.contains("saved to out/predict\n"))
    }

    @Test func picturesOfOneNameAreToldApart() throws {
        for (place, name) in [("A", "scene_000000"), ("B/C", "scene_000002")] {
            try FileManager.default.createDirectory(at: file("many/\(place)"), withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                at: file("sc/val/images/\(name).jpg"), to: file("many/\(place)/img.jpg"))
        }
        try FileManager.default.copyItem(at: file("sc/val/images/scene_000004.jpg"), to: file("many/A/other.jpg"))
        let run = try Program.run(
            "predict", model, "source=many", "recursive", "save_txt", "save_json", "project=out", "imgsz=192", "--json",
            in: folder.url)
        #expect(run.code == 0 && run.errors.contains("ms, saved as B_C_img\n"), "\(run.errors)")
        let stems = ["A_img", "B_C_img", "other"]
        for (place, ending) in [("", ".jpg"), ("labels/", ".txt")] {
            let names = try FileManager.default.contentsOfDirectory(atPath: file("out/predict/\(place)").path)
            #expect(names.filter { $0.hasSuffix(ending) }.sorted() == stems.map { $0 + ending })
        }
        let list = try JSONSerialization.jsonObject(with: Data(contentsOf: file("out/predict/predictions.json")))
        let rows = try #require(list as? [[String: Any]])
        #expect(Set(rows.compactMap { $0["image_id"] as? String }) == Set(stems))
        #expect(Set(rows.compactMap { $0["file_name"] as? String }) == ["A/img.jpg", "B/C/img.jpg", "other.jpg"])
        // Standard output is what was found and nothing else.
        let found = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
        let pictures = try #require(found?["pictures"] as? [[String: Any]])
        #expect(pictures.count == 3 && (pictures[0]["file"] as? String)?.hasSuffix("/many/A/img.jpg") == true)
        #expect((pictures[0]["detections"] as? [Any])?.count == 6 && found?["folder"] as? String == "out/predict")
    }

    @Test func aListNamesPictures() throws {
        try Data("sc/val/images/scene_000000.jpg\nsc/val/images/*3.jpg\n".utf8).write(to: file("list.txt"))
        let run = try Program.run("predict", model, "--source", "list.txt", "--save", "false", in: folder.url)
        #expect(run.code == 0 && run.output.contains("image 2/2 ") && run.output.contains("scene_000003.jpg"), "\(run)")
    }

    @Test func whoAsksItToStopGetsWhatWasFoundSoFar() throws {
        try FileManager.default.createDirectory(at: file("many"), withIntermediateDirectories: true)
        for number in 0..<2000 {
            try FileManager.default.createSymbolicLink(
                at: file("many/\(number).jpg"), withDestinationURL: file("sc/val/images/scene_000000.jpg"))
        }
        let words = ["predict", model, "source=many", "save_json", "save=false", "project=out", "imgsz=192"]
        let run = try ProgramRun.start([Program.path] + words, in: folder.url) { process, output in
            ProgramRun.wait { output().contains("image 3/2000 ") }
            kill(process, SIGINT)
        }
        #expect(run.code == 75 && !run.output.contains("image 2000/2000 "), "\(run.errors)")
        let list = try JSONSerialization.jsonObject(with: Data(contentsOf: file("out/predict/predictions.json")))
        #expect((list as? [Any])?.isEmpty == false)
    }

    @Test func onePictureThatCannotBeReadDoesNotCostTheOthers() throws {
        try Data("no picture".utf8).write(to: file("sc/val/images/bad.jpg"))
        let run = try Program.run("predict", model, "source=sc/val/images/*.jpg", "save=false", in: folder.url)
        #expect(run.code == 65 && run.output.contains("image 7/7 "))
        #expect(run.complaints.count == 2 && run.errors.contains("bad.jpg: is neither a JPEG nor a PNG picture"))
        #expect(!FileManager.default.fileExists(atPath: file("runs").path))
    }

    @Test(arguments: [
        (["source=nothing.jpg"], Int32(66), "nothing.jpg: does not exist"), ([], 64, "needs pictures"),
        (["source=sc", "classes=Smoke"], 66, "has no pictures"),
        (["source=sc/val/images", "classes=SmokeBS"], 64, "Perhaps you mean `SmokeBSI`"),
        (["source=sc/val/images", "agnostic=true"], 64, "Perhaps you mean `agnostic_nms`"),
        (["source=sc/distillation_data.yaml"], 65, "neither a JPEG nor a PNG"),
        (["source=sc/val/labels/scene_000000.txt"], 66, "scene_000000.txt:1: there is no '"),
        (["source=v.mp4"], 64, "videos are not read"), (["source=0"], 64, "cameras are not read"),
        (["source=https://host/a.jpg"], 64, "is an address"), (["source=sc", "save_crop=true"], 64, "not supported"),
    ]) func mistakesAreOneMessage(_ words: [String], _ code: Int32, _ message: String) throws {
        let run = try Program.run(["predict", model] + words, in: folder.url)
        #expect(run.code == code && run.complaints.count == 1 && run.errors.contains(message), "\(run)")
        #expect(!FileManager.default.fileExists(atPath: file("runs").path))
    }
}
