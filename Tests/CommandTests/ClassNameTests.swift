import Checkpoints
import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import TestSupport

/// Classes of a data set found in a model by their names.
@Suite(.serialized) struct ClassNameTests {
    private let input: SpoiltInput

    /// A model of five classes, three of which are called so.
    init() throws {
        input = try SpoiltInput()
        let path = Golden.directory + "/yolov8p-nc5.pt"
        let model = try ModelFile.read(path)
        let metadata = ModelFile.metadata(
            table: model.table, names: ["fire", "Fire", "False", "7", "smoke"], strides: model.strides)
        let entries = model.weights.mapValues { SafeTensors.Entry(floats: $0.values, shape: $0.shape) }
        try input.write("model.safetensors", try SafeTensors(entries: entries, metadata: metadata).serialized())
    }

    private func val(_ names: String) throws -> ProgramRun.Outcome {
        try input.write("data/data.yaml", text: "train: train\nval: val\nnames: \(names)\n")
        return try Program.run(
            "val", "model.safetensors", "data=data/data.yaml", "imgsz=64", "threads=1", in: input.url)
    }

    @Test func theSameNameComesFirstThenWhatPythonPrintsThenAnotherCase() throws {
        let run = try val("[Fire, fire, no, 007, SMOKE]")
        #expect(run.code == 0, "\(run.errors)")
        for line in ["0 Fire <- 1 Fire", "1 fire <- 0 fire", "2 no <- 2 False", "3 007 <- 3 7", "4 SMOKE <- 4 smoke"] {
            #expect(run.output.contains(line), "\(run.output)")
        }
    }

    @Test(arguments: ["['no', fire]", "[\"007\", fire]", "[no, 'off', yes]"])
    func namesInQuotesAreWhatTheyAre(_ names: String) throws {
        let run = try val(names)
        #expect(run.code == ExitCode.badData.rawValue && run.errors.contains("does not know every class"), "\(run)")
    }

    @Test func aNameThatMayBeTwoClassesIsRefusedWithBoth() throws {
        let run = try val("[FIRE, smoke]")
        #expect(run.code == ExitCode.badData.rawValue && run.complaints.count == 1, "\(run)")
        #expect(run.errors.contains("'FIRE'") && run.errors.contains("'fire' and 'Fire'"), "\(run.errors)")
        let words = ["recipe.yaml", "pretrained=model.safetensors", "data=data/data.yaml", "distillation_dataset="]
        try input.expectRefusal(words, code: .badData, saying: ["'FIRE'", "'fire' and 'Fire'"])
    }
}
