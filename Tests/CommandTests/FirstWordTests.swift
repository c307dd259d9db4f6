import Foundation
import TestSupport
import Testing

/// What newcomers type first.
@Suite struct FirstWordTests {
    @Test(
        arguments: [
            ([], Int32(66), ["no recipe is named", "swift-distill train student=", "swift-distill synth", "--help"]),
            (["train"], 66, ["no recipe is named"]),
            (["trian", "data=x.yaml"], 64, ["no command `trian`", "`train`"]), (["exprot"], 64, ["`export`"]),
            (["frobnicate"], 64, ["no command `frobnicate`", "--help"]),
            (["gone.yaml"], 66, ["gone.yaml: there is no such"]),
            (["segment", "train", "data=x.yaml"], 64, ["no task `segment`", "swift-distill train"]),
            (["detect", "train", "model=yolov8p", "data=x.yaml"], 66, ["`data` names", "/x.yaml"]),
            (["detect", "val", "model=gone.pt", "data=x.yaml"], 66, ["x.yaml"]),
            (["train", "epochs", "3"], 64, ["Write `epochs=3`"]),
            (["train", "--epochs", "3", "--student", "yolov8p"], 66, ["names no data set"]),
            (["a\u{1B}[31m\u{9B}b"], 66, ["a\\u{1b}[31m\\u{9b}b: there is no such file"]),
        ] as [([String], Int32, [String])]) func whatIsMistakenIsToldInOneMessage(
            _ arguments: [String], _ code: Int32, _ words: [String]
        ) throws
    {
        let folder = try Folder()
        let run = try Program.run(arguments, in: folder.url)
        #expect(run.code == code && run.complaints.count == 1 && run.errors.hasPrefix("swift-distill: "), "\(run)")
        for word in words { #expect(run.errors.contains(word), "\(word): \(run.errors)") }
    }

    @Test func ranksSayItOnce() throws {
        let run = try Program.run("trian", ranks: 2)
        #expect(run.code == 64 && run.complaints.count == 1 && run.errors.contains("`train`"), "\(run)")
    }

    @Test func questionsAreAnswered() throws {
        let version = try Program.run("--version")
        #expect(version.code == 0 && !version.output.isEmpty)
        #expect(try Program.run("version").output == version.output)
        let keys = try Program.run("train", "--help-keys")
        #expect(keys.code == 0 && keys.output.contains("\nlr0 "))
        for words in [["keys"], ["help", "keys"]] { #expect(try Program.run(words).output == keys.output) }
        #expect(try Program.run("help", "val").output.contains("split"))
    }
}
