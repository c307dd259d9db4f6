import Configuration
import Diagnostics
import Foundation
import Testing

@Suite struct ShippedConfigTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    static let names = ((try? FileManager.default.contentsOfDirectory(atPath: root + "/configs")) ?? [])
        .filter { $0.hasSuffix(".yaml") }.sorted()

    private func read(_ name: String) throws -> RecipeReading {
        try RecipeReader(workingDirectory: Self.root).read(config: "configs/" + name)
    }

    @Test(arguments: names) func everyConfigIsRead(name: String) throws {
        let reading = try read(name)
        #expect(reading.notes.filter { !$0.hasPrefix("close_mosaic") } == [])
        #expect(reading.origins.keys.contains("student"))
    }

    @Test(arguments: names) func aRunOfEveryConfigIsRepeatableOnAnotherMachine(name: String) throws {
        guard name != "student_model_cfg.yaml" else { return }
        #expect(try read(name).recipe.convolutions == "fixed")
    }

    @Test func theStandardConfigDistilsTheEmbeddedDataSet() throws {
        #expect(Self.names.contains("distillation_config.yaml") && Self.names.contains("student_model_cfg.yaml"))
        let reading = try RecipeReader(workingDirectory: Self.root).read(config: RecipeReader.standardConfig)
        #expect(reading.recipe.distillationDataset == Self.root + "/automl_workspace/data_pipeline/distillation")
        #expect(reading.recipe.teacher.hasSuffix("/models/wildfire-teacher.safetensors"))
        #expect(reading.origins["epochs"]?.file == "configs/student_model_cfg.yaml")
        #expect(reading.recipe.lambdaDetection == 2 && reading.recipe.topK == 100 && reading.recipe.existOk)
    }

    @Test func theMainJobIsTheOneOfTheField() throws {
        let recipe = try read("wildfire_yolov8m_to_yolov8n.yaml").recipe
        #expect(recipe.teacher == Self.root + "/configs/path/to/best.pt" && recipe.student == "yolov8n")
        #expect(recipe.epochs == 200 && recipe.batch == 32 && recipe.imgsz == [640] && recipe.clip == 10)
    }

    @Test func theTeacherIsTrainedFromLabelsAlone() throws {
        #expect(try read("train_teacher.yaml").recipe.teacher == "")
    }

    @Test func mutatedConfigsAreReadOrRefusedButNeverTrap() throws {
        let folder = try Folder()
        var sources: [[UInt8]] = []
        for name in Self.names {
            let text = try String(contentsOfFile: Self.root + "/configs/" + name, encoding: .utf8)
            try folder.write(name, text)
            let lines = text.split(separator: "\n").map { $0.prefix { $0 != "#" } }.filter { !$0.isEmpty }
            sources.append(Array(lines.joined(separator: "\n").utf8))
        }
        let pieces = [
            "include: distillation_config.yaml\n", "&a ", "*a", "<<: ", "[", "]", "{", "}", ": ", "- ", "\n", "---\n",
            "\t", "'",
            "\"", "1e999", ".nan", "-1", "99999999999999999999", "no", "~", "\u{0}", "\u{FEFF}", "é", "\r\n",
            "640, 480", "../",
        ].map { Array($0.utf8) }
        var draw = Draw(state: 24)
        var read = 0
        for round in 0..<3000 {
            var bytes = sources[round % sources.count]
            for _ in 0...draw.below(3) { mutate(&bytes, &draw, pieces) }
            try Data(bytes).write(to: URL(filePath: folder.path + "/c.yaml"))
            do {
                let recipe = try folder.read().recipe
                #expect(try Recipe(yaml: recipe.yaml, file: "args.yaml") == recipe)
                read += 1
            } catch let problem as Problem {
                #expect(!problem.message.isEmpty && problem.remedy != nil && problem.file != nil)
                #expect(problem.description.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
            }
        }
        #expect(read > 300 && read < 2700)
    }

    @Test func mutatedWordsAreReadOrRefusedButNeverTrap() throws {
        let folder = try Folder()
        var draw = Draw(state: 25)
        let pieces = [
            "=", ",", "[", "]", "{", ":", "#", "&a", "*a", "!", "\u{0}", "--", " ", "'", "\"", "~", "é", "1e9",
        ]
        .map { Array($0.utf8) }
        for _ in 0..<2000 {
            let sample = KeyTests.samples[draw.below(KeyTests.samples.count)]
            var bytes = Array("\(sample.key)=\(sample.written)".utf8)
            mutate(&bytes, &draw, pieces)
            do {
                _ = try folder.read(nil, String(decoding: bytes, as: UTF8.self))
            } catch let problem as Problem { #expect(problem.file != nil && problem.remedy != nil) }
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ draw: inout Draw, _ pieces: [[UInt8]]) {
        let at = draw.below(max(1, bytes.count))
        switch draw.below(5) {
        case 0 where !bytes.isEmpty: bytes[at] = UInt8(draw.below(256))
        case 1 where !bytes.isEmpty: bytes.remove(at: at)
        case 2 where !bytes.isEmpty: bytes.removeSubrange(at..<min(bytes.count, at + draw.below(12)))
        case 3: bytes += bytes[min(at, bytes.count)...]
        default: bytes.insert(contentsOf: pieces[draw.below(pieces.count)], at: min(at, bytes.count))
        }
    }
}

/// SplitMix64.
struct Draw {
    var state: UInt64

    mutating func below(_ count: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(count))
    }
}
