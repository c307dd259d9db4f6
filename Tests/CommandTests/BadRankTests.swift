import Checkpoints
import Diagnostics
import Foundation
import TestSupport
import Testing

/// One of two ranks that is started wrongly or dies: all end soon, with one message and one exit code.
@Suite(.serialized) struct BadRankTests {
    private func expectRefusal(
        _ input: SpoiltInput, first: [String] = ["recipe.yaml"], second: [String], code: ExitCode,
        saying words: [String], at place: SourceLocation = #_sourceLocation
    ) throws {
        let before = try input.contents()
        let outcome = try Program.run(first, and: second, in: input.url)
        input.expectOneMessage(outcome, code: code, saying: words, at: place)
        #expect(try input.contents() == before, sourceLocation: place)
    }

    @Test func aRankWithoutItsConfigIsNamed() throws {
        let input = try SpoiltInput()
        try expectRefusal(input, second: ["gone.yaml"], code: .missingInput, saying: ["rank 1 (", "gone.yaml"])
        try expectRefusal(
            input, first: ["gone.yaml"], second: ["recipe.yaml"], code: .missingInput,
            saying: ["rank 0 (", "gone.yaml"])
    }

    @Test func aRankThatCannotReadItsTeacherIsNamed() throws {
        let input = try SpoiltInput()
        let names = try FileManager.default.contentsOfDirectory(atPath: Golden.directory)
        let model = try #require(names.first { $0.hasSuffix(".pt") })
        try input.write("here/\(model)", Array(Data(contentsOf: URL(filePath: "\(Golden.directory)/\(model)"))))
        try input.write("there/\(model)", [])
        let classes = try #require(try ModelFile.read(input.path("here/\(model)")).names)
        try input.write(
            "data/distillation_data.yaml",
            text: "train: train\nval: val\nnames: [\(classes.joined(separator: ", "))]\n")
        // The same name in another folder: hosts may differ in that.
        try expectRefusal(
            input, first: ["recipe.yaml", "teacher=here/\(model)"], second: ["recipe.yaml", "teacher=there/\(model)"],
            code: .badData, saying: ["rank 1 (", "there/\(model)", "empty"])
    }

    @Test(arguments: ["epochs=2", "student=yolov8n"])
    func ranksOfDifferentRecipesAreRefused(_ word: String) throws {
        try expectRefusal(
            try SpoiltInput(), second: ["recipe.yaml", word], code: .commandLine,
            saying: ["rank 1 (", String(word.prefix { $0 != "=" }), "same words"])
    }

    @Test func ranksOfDifferentCommandsAreRefused() throws {
        try expectRefusal(
            try SpoiltInput(), second: ["doctor"], code: .commandLine, saying: ["rank 1 (", "`doctor`", "`train`"])
    }

    @Test func aRankThatIsKilledEndsTheOthers() throws {
        let input = try SpoiltInput()
        let before = try input.contents()
        let words = ["recipe.yaml", "epochs=100000", "patience=0", "val=false", "mosaic=0"]
        let outcome = try ProgramRun.ranks(2, [Program.path] + words, in: input.url) { mpirun, output in
            ProgramRun.wait { output().contains("1/100000") }
            let ranks = ProgramRun.children(of: mpirun)
            #expect(ranks.count == 2)
            if let last = ranks.last { kill(last, SIGKILL) }
        }
        #expect(outcome.code == 128 + SIGKILL, "\(outcome.errors) \(outcome.output.suffix(300))")
        let after = try input.contents()
        #expect(after.filter { !$0.key.hasPrefix("runs/distill/train-2") } == before)
        #expect(!after.keys.contains { $0.hasSuffix(".tmp") })
    }
}
