import Configuration
import Diagnostics
import Foundation
import Testing

@Suite struct CommandFormsTests {
    @Test(arguments: [
        ["--epochs", "3", "--student", "yolov8p", "--val", "False", "--plots", "--batch-size", "4"],
        ["--epochs=3", "--student=yolov8p", "--val=False", "--plots=true", "--batch-size=4"],
        ["epochs=3", "student=yolov8p", "val=False", "plots", "batch_size=4"],
        ["epochs", "=", "3", "student=", "yolov8p", "--val", "no", "--plots", "--batch", "4"],
    ]) func everyWayToWriteAKeyMeansTheSame(_ words: [String]) throws {
        let recipe = try RecipeReader().read(config: nil, words: words).recipe
        #expect(recipe.epochs == 3 && recipe.student == "yolov8p" && !recipe.val && recipe.plots && recipe.batch == 4)
    }

    @Test func valuesMayBeWrittenAsInPython() throws {
        let folder = try Folder()
        #expect(try folder.read(nil, "imgsz=(64,96)").recipe.imgsz == [64, 96])
        #expect(try folder.read(nil, "epochs=1e2", "top_k=20.0").recipe.epochs == 100)
        #expect(folder.problem(nil, "epochs=1e-2")?.contains("found the number 1e-2") == true)
        #expect(folder.problem(nil, "epochs=1e99")?.contains("found the number 1e99") == true)
    }

    @Test func aKeyAndItsValueAsTwoWordsAreToldToBeJoined() throws {
        #expect(try Folder().problem(nil, "epochs", "3")?.hasSuffix("Write `epochs=3`, without spaces.") == true)
    }

    @Test func settingsAndModelsAreReadTheSameWay() throws {
        let names = PredictionKeys.words.names
        for words in [
            ["m.pt", "--source", "a b.jpg", "--conf", "0.5", "--save", "false", "--save-txt"],
            ["--save-txt", "--source=a b.jpg", "m.pt", "conf=0.5", "save=False"],
            ["--model", "m.pt", "source=a b.jpg", "save_txt", "--conf=.5", "--save=no"],
        ] {
            let parts = try ModelArguments(words, names: names, usage: "")
            let settings = try PredictionKeys.words.read(parts.words)
            #expect(parts.model == "m.pt" && settings.source == "a b.jpg" && settings.conf == 0.5)
            #expect(!settings.save && settings.saveTxt)
        }
    }

    @Test(
        arguments: [
            (["--json"], ResultPlace.standardOutput, []), (["json"], .standardOutput, []),
            (["--json=a.json"], .file("a.json"), []), (["json=a.json", "conf=1"], .file("a.json"), ["conf=1"]),
            (["--json", "a.json", "m.pt"], .file("a.json"), ["m.pt"]), (["--json", "out"], .file("out"), []),
            (["m.pt", "--json", "conf=1"], .standardOutput, ["m.pt", "conf=1"]),
            (["--json", "save_txt"], .standardOutput, ["save_txt"]), (["--json", "/"], .standardOutput, ["/"]),
            (["json", "a.json"], .standardOutput, ["a.json"]), (["json=false"], .nowhere, []),
            (["m.pt"], .nowhere, ["m.pt"]),
        ] as [([String], ResultPlace, [String])])
    func resultsGoWhereTheWordSays(_ words: [String], _ place: ResultPlace, _ others: [String]) {
        var arguments = words
        #expect(ResultPlace.take(from: &arguments, names: PredictionKeys.words.names) == place)
        #expect(arguments == others)
    }

    @Test func keysOfTheReferenceWithoutMeaningHereAreToldApart() throws {
        #expect(
            try PredictionKeys.words.read(["device=cpu", "save_crop=False", "half", "verbose"]) == PredictionSettings())
        let problem = #expect(throws: Problem.self) { try PredictionKeys.words.read(["save_crop=true"]) }
        #expect(problem?.message == "`save_crop` is not supported" && problem?.exit == .commandLine)
    }

    /// One rule for every path.
    @Test func aLeadingTildeIsHomeInEveryPath() throws {
        let home = FilePath.home
        let keys = [
            "teacher", "student", "pretrained", "distillation_dataset", "data", "project", "registry", "convolutions",
        ]
        let folder = try Folder()
        for key in keys + ["resume"] {
            for reading in [
                try folder.read(nil, "\(key)=~/x.pt"),
                try {
                    try folder.write("c.yaml", "\(key): ~/x.pt\n"); return try folder.read()
                }(),
            ] {
                let value = try #require(RecipeKeys.key(key)).value(in: reading.recipe).text
                #expect(value == home + "/x.pt", "\(key)")
            }
        }
        #expect(try folder.read(nil, "project=~").recipe.project == home)
        #expect(folder.problem(nil, "name=~")?.contains("`name` must be a name") == true)
        #expect(folder.problem("~/no-recipe.yaml")?.contains(home.dropFirst(1) + "/no-recipe.yaml") == true)
        let settings = try PredictionKeys.words.read(["source=~/a.jpg", "project=~/p"])
        #expect(settings.source == home + "/a.jpg" && settings.project == home + "/p")
        let export = try ExportKeys.read(["~/m.pt", "output=~/o.onnx"])
        #expect(export.model == home + "/m.pt" && export.options.output == home + "/o.onnx")
    }
}
