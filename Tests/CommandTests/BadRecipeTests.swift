import Diagnostics
import Foundation
import TestSupport
import Testing

/// Recipes that cannot be meant: refused at their line and column, with a remedy.
@Suite(.serialized) struct BadRecipeTests {
    /// What a recipe ends with (from line 9 on), and what the message then says.
    struct Mistake: Sendable, CustomTestStringConvertible {
        var lines: String
        var words: [String]
        var code = ExitCode.badData
        var testDescription: String { lines }
    }

    @Test(arguments: [
        Mistake(lines: "lamda_distillation: 1", words: ["recipe.yaml:9:1", "`lambda_distillation`"]),
        Mistake(lines: "lr: 0.1\ntop_q: 5", words: ["recipe.yaml:9:1", "Perhaps you mean `lr0`"]),
        Mistake(lines: "patience: soon", words: ["recipe.yaml:9:11", "whole number", "'soon'", "remove the key"]),
        Mistake(lines: "patience: -1", words: ["recipe.yaml:9:11", "from 0", "-1"]),
        Mistake(lines: "lr0: .nan", words: ["recipe.yaml:9:6", "`lr0`", ".nan"]),
        Mistake(lines: "top_k: [1, 2]", words: ["recipe.yaml:9:8", "`top_k`", "a list of 2"]),
        Mistake(lines: "val: maybe", words: ["recipe.yaml:9:6", "true or false"]),
        Mistake(lines: "nbs: 8", words: ["recipe.yaml:9:1", "'nbs'", "first in line 8"]),
        Mistake(lines: "mosaic: 1\n\tseed: 1", words: ["recipe.yaml:10:1", "tab", "indentation"]),
        Mistake(lines: "include: recipe.yaml", words: ["recipe.yaml:9:10", "circle", "Remove"]),
        Mistake(lines: "include: more.yaml", words: ["more.yaml", "included by recipe.yaml:9"], code: .missingInput),
        Mistake(lines: "teacher: gone.pt", words: ["recipe.yaml:9:10", "/gone.pt", "Correct"], code: .missingInput),
        Mistake(
            lines: "pretrained: gone.safetensors", words: ["recipe.yaml:9:13", "/gone.safetensors"],
            code: .missingInput),
        Mistake(lines: "data: gone.yaml", words: ["recipe.yaml:9:7", "/gone.yaml"], code: .missingInput),
        Mistake(lines: "teacher: runs", words: ["/runs", "is a folder"], code: .missingInput),
    ])
    func aMistakeIsNamedByLineAndColumn(_ mistake: Mistake) throws {
        let input = try SpoiltInput()
        try input.write("recipe.yaml", text: SpoiltInput.recipe + mistake.lines + "\n")
        try input.expectRefusal(code: mistake.code, saying: mistake.words)
    }

    /// A word of the command line, and what the message then says.
    @Test(arguments: [
        (["student=gone.pt"], ["student=gone.pt", "/gone.pt"], ExitCode.missingInput),
        (["student=yolov9q"], ["yolov9q", "such as yolov8n"], .missingInput),
        (["distillation_dataset=gone"], ["distillation_dataset=gone", "/gone"], .missingInput),
        (["epochs=-3"], ["epochs=-3", "from 1"], .commandLine),
        (["epoch=3"], ["epoch=3", "`epochs`"], .commandLine),
        (["imgsz=1e9"], ["imgsz=1e9", "8192"], .commandLine),
        (["frobnicate"], ["frobnicate", "lr0=0.01"], .commandLine),
        (["freeze=23"], ["freeze", "Freeze fewer layers"], .commandLine),
        (["resume=gone"], ["/gone", "nothing to resume"], .missingInput),
    ])
    func aWrongWordIsNamed(_ arguments: [String], _ words: [String], _ code: ExitCode) throws {
        try SpoiltInput().expectRefusal(["recipe.yaml"] + arguments, code: code, saying: words)
    }

    @Test(arguments: [
        ("gone.yaml", nil, ExitCode.missingInput, ["gone.yaml: ", "Check the path"]),
        ("data", nil, .missingInput, ["data: ", "Name a YAML file"]),
        ("list.yaml", "- 1\n- 2\n", .badData, ["list.yaml:1:1", "`key: value`"]),
        ("bytes.yaml", "epochs: 1\nname: \u{1}\n", .badData, ["bytes.yaml:2:", "UTF-8"]),
        ("open.yaml", "freeze: [1, 2\n", .badData, ["open.yaml:", "not valid YAML"]),
    ])
    func aConfigThatIsNoneIsNamed(_ name: String, _ text: String?, _ code: ExitCode, _ words: [String]) throws {
        let input = try SpoiltInput()
        if let text { try input.write(name, text: text) }
        try input.expectRefusal([name], code: code, saying: words)
    }

    @Test func aLoopOfLinksIsNoConfig() throws {
        let input = try SpoiltInput()
        try FileManager.default.createSymbolicLink(atPath: input.path("loop.yaml"), withDestinationPath: "loop.yaml")
        try input.expectRefusal(["loop.yaml"], code: .missingInput, saying: ["loop.yaml", "symbolic links"])
    }

    @Test func severalRanksSayItOnce() throws {
        let input = try SpoiltInput()
        try input.expectRefusal(
            ["recipe.yaml", "epochs=0"], ranks: 2, code: .commandLine, saying: ["rank ", "epochs=0"])
        try input.expectRefusal(["val"], ranks: 2, code: .commandLine, saying: ["rank ", "no model", "val MODEL"])
    }

    @Test func marksLineEndsAndNamesOfAnyKindAreFine() throws {
        let input = try SpoiltInput()
        let folder = "Wälder im Süden 火"
        try FileManager.default.moveItem(atPath: input.path("data"), toPath: input.path(folder))
        let text = SpoiltInput.recipe.replacing("dataset: data", with: "dataset: '\(folder)'")
        try input.write("a recipe.yaml", text: "\u{FEFF}" + text.replacing("\n", with: "\r\n"))
        try input.write("\(folder)/train/labels/p0.txt", text: "\u{FEFF}0 .5 .5 .5 .5\r\n1 .5 .5 .9 .9\r\n")
        let outcome = try Program.run("a recipe.yaml", in: input.url)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("4 images, 0 backgrounds, 0 duplicates, 0 rejected"))
    }
}
