import Foundation
import TestSupport
import Testing

/// Paths as people write them, in whole runs.
@Suite struct PathTests {
    private let input: SpoiltInput

    init() throws {
        input = try SpoiltInput()
        try input.write("home/.keep", [])
    }

    /// Runs with a home folder of its own, and no cache elsewhere.
    private func run(_ arguments: String...) throws -> ProgramRun.Outcome {
        let shell = "export HOME=\(input.path("home")); unset XDG_CACHE_HOME"
        let outcome = try Program.run(arguments, in: input.url, shell: shell)
        #expect(!FileManager.default.fileExists(atPath: input.path("~")), "a folder is called ~")
        return outcome
    }

    @Test func foldersOfOneLetterAreMade() throws {
        let outcome = try run("train", "recipe.yaml", "registry=r", "project=p", "name=n", "plots=false", "--json", "j")
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(try input.names(in: "r/model_registry/distilled/latest").contains("model.safetensors"))
        #expect(try input.names(in: "p/n/weights").contains("last.safetensors") && input.names(in: ".").contains("j"))
        let export = try run("export", "p/n", "output=e.pt")
        #expect(export.code == 0, "\(export.errors)")
        try FileManager.default.moveItem(atPath: input.path("e.pt"), toPath: input.path("e"))
        try input.write("d", text: "train: data/train\nval: data/val\nnames: [fire, smoke]\n")
        let val = try run("val", "p/n", "data=d", "imgsz=64", "threads=1", "plots=true", "project=v", "name=w")
        #expect(val.code == 0 && val.output.contains("Results saved to v/w"), "\(val.errors)")
        let found = try run("predict", "p/n", "source=data/val/images", "project=q", "name=m", "imgsz=64")
        #expect(found.code == 0 && found.output.contains("Results saved to q/m"), "\(found.errors)")
    }

    @Test func aLeadingTildeIsTheHomeFolder() throws {
        try FileManager.default.moveItem(atPath: input.path("data"), toPath: input.path("home/data"))
        let recipe = SpoiltInput.recipe.replacing("dataset: data", with: "dataset: ~/data") + "project: ~/runs\n"
        try input.write("home/recipe.yaml", text: recipe)
        let outcome = try run("train", "~/recipe.yaml", "registry=~/results", "plots=false", "--json=~/r.json")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let weights = "home/runs/train/weights"
        #expect(try input.names(in: weights).contains("last.safetensors"))
        #expect(try input.names(in: "home/results/model_registry/distilled").contains("latest"))
        #expect(
            try input.names(in: "home").contains("r.json") && input.names(in: "home/.cache").contains("swift-distill"))
        let measured = try run(
            "train", "~/recipe.yaml", "registry=~", "convolutions=~/runs/train/convolutions.json", "plots=false")
        #expect(measured.code == 0 && measured.output.contains("from \(input.path("home"))/runs"), "\(measured.errors)")
        let resumed = try run("train", "~/recipe.yaml", "resume=~/runs/train/weights/last.pt")
        #expect(resumed.code == 0 && resumed.output.contains("finished already"), "\(resumed.errors)")
        for words in [
            ["val", "~/runs/train", "data=~/data", "imgsz=64", "threads=1", "--json", "~/v.json"],
            ["predict", "~/runs/train", "source=~/data/val/images", "project=~/found", "imgsz=64"],
            ["export", "~/runs/train", "~/e.pt"], ["synth", "~/scenes", "--train", "1", "--val", "1", "--size", "64"],
        ] {
            let shell = "export HOME=\(input.path("home"))"
            let outcome = try Program.run(words, in: input.url, shell: shell)
            #expect(outcome.code == 0, "\(words): \(outcome.errors)")
        }
        #expect(
            Set(try input.names(in: "home")).isSuperset(of: ["v.json", "found", "e.pt", "scenes", "model_registry"]))
        #expect(!FileManager.default.fileExists(atPath: input.path("~")))
    }

    @Test func resumingSaysWhereItLooked() throws {
        let outcome = try run("train", "recipe.yaml", "resume=true", "project=elsewhere", "plots=false")
        #expect(outcome.code == 0 && outcome.output.contains("no checkpoint to resume from in elsewhere"), "\(outcome)")
    }
}
