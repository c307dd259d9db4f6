import Diagnostics
import Foundation
import TestSupport
import Testing

/// Places that cannot be written to: found before the run begins where possible, and nothing unfinished left behind.
@Suite(.serialized) struct BadOutputTests {
    @Test(arguments: [
        ("project=file", 2, ["file: ", "`project`"]),
        ("project=file/below", nil, ["file/below: ", "`project`"]),
        ("project=/proc/nowhere", nil, ["/proc/nowhere", "`project`"]),
        ("registry=file", 2, ["file/model_registry: ", "`registry`"]),
        ("registry=/proc/nowhere", nil, ["/proc/nowhere: ", "`registry`"]),
    ])
    func aFolderThatCannotBeMadeIsNamedBeforeTheRun(_ word: String, _ ranks: Int?, _ words: [String]) throws {
        let input = try SpoiltInput()
        try input.write("file", text: "")
        try input.expectRefusal(["recipe.yaml", word], ranks: ranks, code: .cannotCreate, saying: words)
    }

    @Test func aFileThatCannotBeWrittenIsNamed() throws {
        let input = try SpoiltInput()
        try input.write("file", text: "")
        let names = try FileManager.default.contentsOfDirectory(atPath: Golden.directory)
        let model = Golden.directory + "/" + (try #require(names.first { $0.hasSuffix(".pt") }))
        try input.expectRefusal(
            ["convert", model, "file/out.safetensors"], code: .inputOutput,
            saying: ["file/out.safetensors: ", "Not a directory", "Choose"])
        try input.expectRefusal(["synth", "file"], code: .cannotCreate, saying: ["file: ", "Choose"])
        try input.expectRefusal(
            ["synth", "/proc/x"], code: .cannotCreate, saying: ["/proc/x: ", "No such file or directory. Choose"])
    }

    @Test func aDiskThatIsFullLeavesNoHalfCheckpoint() throws {
        let input = try SpoiltInput()
        let before = try input.contents()
        // A limit on the size of files is met as a full disk is: in the middle of a write.
        let outcome = try Program.run("recipe.yaml", in: input.url, shell: "ulimit -f 512")
        input.expectOneMessage(
            outcome, code: .inputOutput, saying: ["train-2/weights/last.safetensors: ", "ulimit -f"])
        #expect(try input.names(in: "runs/distill/train-2/weights").isEmpty)
        let after = try input.contents().filter { !$0.key.hasPrefix("runs/distill/train-2") }
        #expect(after == before)
    }

    @Test func aResultThatCannotBePlacedLeavesTheOneBefore() throws {
        let input = try SpoiltInput()
        // The first look finds room; at the end the weights do not fit, though checkpoints on another disk did.
        let large = "ulimit -f 512"
        let trained = try Program.run("recipe.yaml", in: input.url)
        #expect(trained.code == 0, "\(trained.errors)")
        let before = try input.contents()
        let model = "model_registry/distilled/latest/model.safetensors"
        let outcome = try Program.run("convert", model, model, in: input.url, shell: large)
        input.expectOneMessage(outcome, code: .inputOutput, saying: [model, "File too large", "Choose"])
        #expect(try input.contents() == before)
    }
}
