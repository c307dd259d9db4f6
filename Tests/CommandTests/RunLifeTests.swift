import Checkpoints
import Foundation
import TestSupport
import Testing

/// What a run may count on when it is started again, and what it may not.
@Suite(.serialized) struct RunLifeTests {
    @Test func aRunThatGoesOnIsLockedBeforeItIsRead() throws {
        let run = try SceneRun("epochs=1", "val=false", "plots=false")
        #expect(try run.train("one", ranks: 1).code == 0)
        // Whoever reads first says that it is damaged.
        try Data([1]).write(to: run.weights("one").appending(path: "last.safetensors"))
        let lock = try FolderLock(run.place("one").path)
        let second = try withExtendedLifetime(lock) { try run.train("one", ranks: 2, "resume=true") }
        #expect(second.code == 73 && second.errors.contains("is in use by process"), "\(second)")
    }

    @Test func aCheckpointWithANumberThatCannotBeIsRefusedByItsName() throws {
        let run = try SceneRun("epochs=1", "val=false", "plots=false")
        #expect(try run.train("one", ranks: 1).code == 0)
        let file = run.weights("one").appending(path: "last.safetensors")
        let sound = try SafeTensors(contentsOf: file.path)
        func refusal(_ place: String, _ value: some Sendable, ranks: Int = 1) throws -> ProgramRun.Outcome {
            try Data(sound.edited(place, value).serialized()).write(to: file)
            return try run.train("one", ranks: ranks, "resume=true")
        }
        for outcome in [
            try refusal("progress.epoch", 1 << 62), try refusal("progress.skippedInARow", 1 << 62, ranks: 2),
            try refusal("progress.stopping.bestFitness", 1.5), try refusal("progress.termSums", [1.0, 2.0]),
        ] {
            #expect(outcome.code == 65 && outcome.complaints.count == 1, "\(outcome)")
            #expect(outcome.errors.contains("last.safetensors: cannot be: `progress."), "\(outcome)")
        }
        let other = try refusal("progress.stepsPerEpoch", 7)
        #expect(other.code == 0 && other.output.contains("an epoch had 7 steps and has 3 now"), "\(other)")
    }

    @Test func theUpdatesOfAShortRunAreCounted() throws {
        let run = try SceneRun("epochs=2", "val=false", "plots=false")
        let outcome = try run.train("short", ranks: 1, "nbs=16")
        #expect(
            outcome.output.contains(
                "warning: the run makes 4 updates of the weights in 2 epochs, which teaches little; lower `nbs` (16)"),
            "\(outcome)")
    }

    @Test(arguments: [
        ["student=yolov9c"], ["freeze=[99]"], ["teacher=recipe.yaml"], ["registry=file"], ["project=file"],
    ])
    func whatNeedsNoImagesIsSaidBeforeTheyAreLookedAt(words: [String]) throws {
        let input = try SpoiltInput()
        try input.write("file", text: "")
        try input.remove("data/distillation_data.yaml")
        let before = try input.contents()
        let outcome = try Program.run(["recipe.yaml"] + words, in: input.url)
        #expect(outcome.code != 0 && !outcome.output.contains("train: "), "\(outcome)")
        #expect(try input.contents() == before)
    }

    @Test func aModelIsLookedAtBeforeTheImagesItIsMeasuredOn() throws {
        let input = try SpoiltInput()
        let outcome = try Program.run("val", "recipe.yaml", "data=data/distillation_data.yaml", in: input.url)
        #expect(outcome.code != 0 && !outcome.output.contains("val: "), "\(outcome)")
    }

    @Test func tooFewImagesAreSaidBeforeAnythingIsMeasured() throws {
        let input = try SpoiltInput()
        try input.remove("data/distillation_data.yaml")
        let before = try input.contents()
        let caches = try Folder()
        let outcome = try Program.run(
            "recipe.yaml", "batch=32", in: input.url, shell: "export XDG_CACHE_HOME=\(caches.url.path)")
        input.expectOneMessage(outcome, code: .badData, saying: ["fewer than one step", "batch=4"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: caches.url.path) == [])
        #expect(try input.contents() == before)
    }
}
