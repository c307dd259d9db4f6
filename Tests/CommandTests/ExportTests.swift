import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct ExportTests {
    private static let teacher = ProgramRun.root.appending(path: "configs/models/wildfire-teacher.safetensors").path

    @Test func aRunEndsWithFilesForOthersAndAnyCheckpointBecomesOne() throws {
        let run = try SceneRun("epochs=2")
        let trained = try run.train("one", ranks: 2)
        #expect(trained.code == 0, "\(trained.errors)")
        let latest = run.folder.url.appending(path: "registry/model_registry/distilled/latest").path
        let best = try ModelFile.read(run.weights("one").appending(path: "best.safetensors").path)
        for path in ["\(latest)/model.pt", "\(latest)/model.safetensors", run.weights("one").path + "/best.pt"] {
            let file = try ModelFile.read(path)
            #expect(file.weights.mapValues(\.values) == best.weights.mapValues(\.values))
            #expect(file.names == best.names && file.imageSize == [64] && file.record.arguments?["epochs"]?.int == 2)
        }
        let torch = try ModelFile.read(run.weights("one").path + "/last.pt")
        #expect(torch.record.results?["epoch"]?.list?.count == 2 && torch.record.date != nil)
        let before = try Data(contentsOf: run.weights("one").appending(path: "best.pt"))
        let again = try Program.run("export", run.place("one").path, in: run.folder.url)
        #expect(again.code == 0, "\(again.errors)")
        #expect(again.output.contains("differ by at most 0 pixels, scores by at most 0\n355 of 355 tensors"))
        #expect(try Data(contentsOf: run.weights("one").appending(path: "best.pt")) == before)
    }

    @Test func theResultBeforeStaysBesideTheNewOne() throws {
        let run = try SceneRun("epochs=1", "plots=false", "val=false")
        let place = run.folder.url.appending(path: "registry/model_registry/distilled")
        func result(_ name: String) throws -> Data {
            try Data(contentsOf: place.appending(path: "\(name)/model.safetensors"))
        }
        #expect(try run.train("one", ranks: 1).code == 0)
        let first = try result("latest")
        // What a killed run left long ago.
        let abandoned = place.appending(path: "latest.1.tmp")
        try FileManager.default.createDirectory(at: abandoned, withIntermediateDirectories: true)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -200_000)], ofItemAtPath: abandoned.path)
        #expect(try run.train("two", ranks: 1, "seed=5").code == 0)
        let second = try result("latest")
        #expect(try second != first && result("previous") == first)
        // The same result once more pushes nothing out.
        #expect(try run.train("two", ranks: 1, "seed=5").code == 0)
        #expect(try result("latest") == second && result("previous") == first)
        let names = try FileManager.default.contentsOfDirectory(atPath: place.path).filter { !$0.hasPrefix(".") }
            .sorted()
        #expect(names.count == 5 && names.filter { !$0.contains("-2") } == ["best", "latest", "previous"], "\(names)")
    }

    @Test func aGraphForManyLargeImagesIsComparedInSmall() throws {
        let folder = try Folder()
        let outcome = try Program.run(
            "export", Self.teacher, "x.onnx", "imgsz=1280", "batch=8", in: folder.url)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("[8, 3, 1280, 1280]"))
        #expect(outcome.output.contains("too large to compute here; the same graph, on 1 sample image of 320×320"))
    }

    /// A checkpoint in the middle of an epoch, of a run that was stopped; what the run left beside it stays as it is.
    @Test func aCheckpointOfAStoppedRunBecomesAModel() throws {
        let run = try SceneRun()
        try run.train("one", ranks: 1) { process, _ in
            ProgramRun.wait { run.steps("one") >= 4 }
            for rank in ProgramRun.children(of: process) { kill(rank, SIGTERM) }
        }
        let last = run.weights("one").appending(path: "last.safetensors").path
        let left = try Data(contentsOf: run.weights("one").appending(path: "last.pt"))
        let outcome = try Program.run("export", last, "format=onnx", "imgsz=64", in: run.folder.url)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(FileManager.default.fileExists(atPath: run.weights("one").path + "/last.onnx"))
        #expect(try Data(contentsOf: run.weights("one").appending(path: "last.pt")) == left)
    }

    /// Words, and what is said about them.
    @Test(
        arguments: [
            (["fromat=pt"], ["`fromat`", "`format`"]), (["format=torchscript"], ["pt, onnx, safetensors"]),
            (["int8=True"], ["`int8` is not supported", "half=true"]), (["opset=9"], ["`opset`", "12 to 21"]),
            (["out.txt"], ["out.txt does not end with .pt"]), (["a.pt", "b.pt"], ["b.pt is one file too many"]),
            (["a.pt", "output=b.pt"], ["two files"]), (["a.pt", "format=onnx"], ["a.pt does not end with .onnx"]),
            (["output=\(teacher)"], ["its own copy", "Name another"]), (["int8"], ["`int8` is not supported"]),
            (["model=a.pt", "model=b.pt"], ["two models"]),
        ] as [([String], [String])])
    func aWordThatIsNotUnderstoodIsNamed(_ words: [String], _ said: [String]) throws {
        let input = try SpoiltInput()
        try input.expectRefusal(["export", Self.teacher] + words, code: .commandLine, saying: said)
    }

    @Test func wordsAreReadAsTheFieldWritesThem() throws {
        let folder = try Folder()
        let words = ["model=\(Self.teacher)", "format=onnx", "output=x.onnx", "half=False", "--dynamic=True"]
        let outcome = try Program.run(
            ["export"] + words + ["simplify", "imgsz", "=", "64", "opset=None", "device=cpu", "int8=False"],
            in: folder.url)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("[batch, 3, height, width]") && outcome.output.contains("opset 18"))
        #expect(outcome.output.contains("of 64×64"))
    }

    @Test func filesOfOtherToolsAreNamedForWhatTheyAre() throws {
        let input = try SpoiltInput()
        let made = try Program.run("export", Self.teacher, "x.onnx", "imgsz=32", in: input.url)
        #expect(made.code == 0, "\(made.errors)")
        let words = ["x.onnx: is an ONNX model", "that it was exported from"]
        try input.expectRefusal(["export", "x.onnx", "y.pt"], code: .badData, saying: words)
        for role in ["teacher", "student", "pretrained"] {
            try input.expectRefusal(["recipe.yaml", "\(role)=x.onnx"], code: .badData, saying: words)
        }
        try input.expectRefusal(["export", "data"], code: .missingInput, saying: ["data: holds no model"])
        try input.expectRefusal(["export", "no.pt"], code: .missingInput, saying: ["no.pt: does not exist"])
    }

    /// A limit on the size of files is met as a full disk is: in the middle of a write.
    @Test func anExportThatCannotBeWrittenLeavesNothing() throws {
        let input = try SpoiltInput()
        try input.write("old.pt", text: "of before")
        let before = try input.contents()
        for file in ["old.pt", "new.onnx", "new.safetensors"] {
            let outcome = try Program.run(
                "export", Self.teacher, "output=\(file)", "imgsz=32", in: input.url, shell: "ulimit -f 512")
            input.expectOneMessage(outcome, code: .inputOutput, saying: [file, "File too large", "Choose"])
            #expect(try input.contents() == before)
        }
        try input.expectRefusal(
            ["export", Self.teacher, "none/x.onnx"], code: .inputOutput, saying: ["none/x.onnx", "No such file"])
    }

    /// Killed at any moment, the file is the one before or a whole new one.
    @Test func aKilledExportLeavesTheFileBeforeOrAWholeNewOne() throws {
        let folder = try Folder()
        let path = folder.url.appending(path: "x.pt")
        let before = Data("of before".utf8)
        var begun = 0
        for delay in [0, 20, 50, 100, 150, 200, 300, 500, 800, 2000] as [UInt32] {
            try before.write(to: path)
            _ = try ProgramRun.start(
                [Program.path, "export", Self.teacher, "output=x.pt"], in: folder.url
            ) { process, _ in
                usleep(delay * 1000)
                kill(process, SIGKILL)
            }
            let bytes = try Data(contentsOf: path)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
            if bytes != before { #expect(try ModelFile.read(path.path).weightNames.count == 355) }
            if bytes != before || names.count > 1 { begun += 1 }
            for name in names where name != "x.pt" {
                try FileManager.default.removeItem(at: folder.url.appending(path: name))
            }
        }
        #expect(begun > 0)
    }

    @Test func nothingThatIsNeededIsReplaced() throws {
        let run = try SceneRun("epochs=1", "plots=false")
        #expect(try run.train("one", ranks: 1).code == 0)
        let weights = run.weights("one").path
        let checkpoint = try Data(contentsOf: URL(filePath: weights + "/last.safetensors"))
        for words in [["format=safetensors"], ["output=\(weights)/last.safetensors"]] {
            let outcome = try Program.run(["export", "\(weights)/last.pt"] + words, in: run.folder.url)
            #expect(outcome.code == 64 && outcome.errors.contains("a run resumes from"), "\(outcome)")
        }
        #expect(try Data(contentsOf: URL(filePath: weights + "/last.safetensors")) == checkpoint)
        // As `export weights/*.pt` arrives.
        let model = try Data(contentsOf: URL(filePath: weights + "/last.pt"))
        let both = try Program.run("export", "\(weights)/best.pt", "\(weights)/last.pt", in: run.folder.url)
        #expect(both.code == 64 && both.errors.contains("exists already"))
        #expect(try Data(contentsOf: URL(filePath: weights + "/last.pt")) == model)
    }

    /// A table that was edited by hand, and one in the middle of a line.
    @Test func aTableOfEpochsThatCannotBeReadCostsItsRowsOnly() throws {
        let run = try SceneRun("epochs=2", "plots=false")
        #expect(try run.train("one", ranks: 1).code == 0)
        let table = run.place("one").appending(path: "results.csv")
        let text = try String(contentsOf: table, encoding: .utf8)
        let header = text.split(separator: "\n")[0]
        let quoted = header.split(separator: ",").map { _ in "\"2\"" }.joined(separator: ",")
        try Data("\(text)\(header)\n\(quoted)\n3,4".utf8).write(to: table)
        let outcome = try Program.run(
            "export", run.weights("one").path + "/last.safetensors", "output=x.pt", in: run.folder.url)
        #expect(outcome.code == 0, "\(outcome.errors)")
        let record = try ModelFile.read(run.folder.url.appending(path: "x.pt").path).record
        #expect(record.results?["epoch"]?.list?.map(\.int) == [1, 2])
    }
}
