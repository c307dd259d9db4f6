import Foundation
import TestSupport
import Testing

/// The kill campaign, a few rounds of it; any number with `swift run kill-campaign rounds=N`.
@Suite(.serialized) struct KillCampaignTests {
    @Test func killedRunsEndWithTheBitsOfACalmOne() throws {
        let campaign = ProgramRun.products.appending(path: "kill-campaign").path
        let outcome = try ProgramRun.start([campaign, "rounds=5", "ranks=2", "seed=7", "kills=1"], limit: 300)
        #expect(outcome.code == 0, "\(outcome)")
        #expect(outcome.lines.last?.contains("in 5 runs: each ended with the bits") == true, "\(outcome)")
    }

    @Test func wordsThatAreNoneAreRefused() throws {
        let campaign = ProgramRun.products.appending(path: "kill-campaign").path
        for word in ["round=5", "rounds=many", "rounds=0"] {
            let outcome = try ProgramRun.start([campaign, word])
            #expect(outcome.code != 0 && outcome.errors.contains(word), "\(outcome)")
        }
    }

    @Test func aDifferenceIsSeen() throws {
        let run = try SceneRun("epochs=1", "save_period=1", "plots=false")
        #expect(try run.train("a", ranks: 1, "registry=registry-a").code == 0)
        func end() throws -> RunEnd {
            try RunEnd(run: run.place("a"), registry: run.folder.url.appending(path: "registry-a"))
        }
        let before = try end()
        #expect(before.difference(from: before) == nil)
        var other = before
        other.tensors["last.safetensors"]?["model.model.0.conv.weight"]?.bytes[5] ^= 1
        #expect(other.difference(from: before)?.contains("last.safetensors: 1 other") == true)
        other = before
        other.tensors["registry"] = nil
        #expect(other.difference(from: before) == "registry is missing")
        other = before
        other.rows.removeLast()
        #expect(other.difference(from: before)?.contains("results.csv") == true)
        other = before
        other.lines.removeLast()
        #expect(other.difference(from: before)?.contains("lines, not") == true)
        other = before
        other.counts["ema_updates"] = "0"
        #expect(other.difference(from: before)?.contains("ema_updates") == true)
        try FileManager.default.removeItem(at: run.weights("a").appending(path: "epoch0.safetensors"))
        #expect(try end().difference(from: before)?.contains("files") == true)
    }
}
