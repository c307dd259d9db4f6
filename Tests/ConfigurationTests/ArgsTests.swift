import Configuration
import Diagnostics
import Documents
import Testing

@Suite struct ArgsTests {
    @Test func recipesReadBackExactly() throws {
        #expect(try Recipe(yaml: Recipe().yaml, file: "args.yaml") == Recipe())
        var odd = Recipe()
        odd.teacher = "/a b/ü: #1.pt"
        odd.student = "no"
        odd.name = "1e5"
        odd.imgsz = [320, 640]
        odd.lr0 = 0.1 + 0.2
        odd.perspective = 1e-7
        odd.weightDecay = .leastNonzeroMagnitude
        odd.freeze = [0, 4, 22]
        odd.fitnessWeights = [0.1, 1.0 / 3, 0, 1e-9]
        odd.lrScaling = LearningRateScaling.none
        odd.compat = .v83
        odd.cache = .ram
        odd.seed = .max
        for resume in [Resume.no, .last, .from("/r/last.safetensors"), .from("true")] {
            odd.resume = resume
            let back = try Recipe(yaml: odd.yaml, file: "args.yaml")
            #expect(back == odd)
            #expect(back.yaml == odd.yaml)
        }
    }

    @Test func everySampleReadsBackExactly() throws {
        let folder = try Folder()
        for sample in KeyTests.samples {
            let recipe = try folder.read(nil, "\(sample.key)=\(sample.written)").recipe
            #expect(try Recipe(yaml: recipe.yaml, file: "args.yaml") == recipe, "\(sample.key)")
        }
    }

    @Test func argsListEveryKeyInOrder() throws {
        let document = try YAML.parse(Recipe().yaml, file: "args.yaml")
        #expect(document.map?.map(\.key) == RecipeKeys.all.map(\.name))
        #expect(Recipe().yaml.hasPrefix("teacher: null\nstudent: yolov8n\n"))
        #expect(Recipe().yaml.contains("\nweight_decay: 0.0005\n") && Recipe().yaml.contains("\nfreeze: null\n"))
    }

    @Test func argsServeAsAConfig() throws {
        var saved = Recipe()
        saved.teacher = "/t.pt"
        saved.distillationDataset = "/d"
        #expect(try recipe(saved.yaml) == saved)
    }

    @Test func damagedArgsAreProblems() {
        let problem = #expect(throws: Problem.self) { try Recipe(yaml: "lr0: fast", file: "last.safetensors") }
        #expect(problem?.file == "last.safetensors" && problem?.line == 1 && problem?.exit == .badData)
    }

    // MARK: Resuming

    private func resumed(_ saved: Recipe, _ config: String?, _ words: String...) throws -> (
        recipe: Recipe, notes: [String]
    ) {
        let folder = try Folder(["c.yaml": config ?? ""])
        return try saved.resumed(by: RecipeReader(workingDirectory: folder.path).read(config: "c.yaml", words: words))
    }

    @Test func resumedRunsKeepTheCheckpointsRecipe() throws {
        var saved = Recipe()
        saved.lr0 = 0.02
        saved.patience = 7
        saved.resume = .last
        let (result, notes) = try resumed(
            saved, "lr0: 0.5\npatience: 9\nepochs: 200", "resume=true", "workers=2", "mosaic=0")
        var expected = saved
        expected.workers = 2
        expected.mosaic = 0
        #expect(result == expected)
        #expect(
            notes == [
                "workers: 0 becomes 2", "patience: the checkpoint's 7 stays, c.yaml:2:11 says 9",
                "lr0: the checkpoint's 0.02 stays, c.yaml:1:6 says 0.5", "mosaic: 1.0 becomes 0.0",
            ])
        #expect(try resumed(saved, nil).recipe.resume == .no)
    }

    @Test func wordsThatWouldChangeTheRunAreRefused() throws {
        let problem = #expect(throws: Problem.self) { try resumed(Recipe(), nil, "resume=true", "lr0=0.5") }
        #expect(
            problem?.description
                == "command line: lr0=0.5: `lr0` cannot change when a run is resumed; the checkpoint has 0.01. "
                + "Leave it out, or start a new run with `pretrained` set to the checkpoint.")
        #expect(problem?.exit == .commandLine)
        #expect(try resumed(Recipe(), nil, "lr0=0.01").recipe.lr0 == 0.01)
        for sample in KeyTests.samples where sample.key != "resume" {
            let changes = (try? resumed(Recipe(), nil, "\(sample.key)=\(sample.written)")) != nil
            #expect(changes == Recipe.resumeOverridable.contains(sample.key), "\(sample.key)")
        }
        #expect(Recipe.resumeOverridable.allSatisfy { RecipeKeys.key($0)?.name == $0 })
    }
}
