import Foundation
import TestSupport
import Testing

/// Memory that a run would not get: said before it is asked for.
@Suite(.serialized) struct MemoryTests {
    @Test(arguments: [200_000, 700_000, 1_400_000], [nil, 2])
    func aLimitOnAddressesBelowTheProgramsNeedIsNamed(kilobytes: Int, ranks: Int?) throws {
        let input = try SpoiltInput()
        let before = try input.contents()
        let outcome = try Program.run(
            ["recipe.yaml"], ranks: ranks, in: input.url, shell: "ulimit -v \(kilobytes)")
        input.expectOneMessage(outcome, code: .environment, saying: ["limited to", "MB", "ulimit -v unlimited"])
        #expect(try input.contents() == before)
    }

    @Test(arguments: [nil, 2])
    func aRunThatTakesMoreThanThereIsIsRefusedWithItsParts(ranks: Int?) throws {
        let input = try SpoiltInput()
        try input.expectRefusal(
            ["recipe.yaml", "student=yolov8s", "imgsz=8192", "batch=2"], ranks: ranks, code: .environment,
            saying: ["the run takes about ", "maps of 2 images", "batches", "`imgsz` (8192)", "checkpoint_activations"])
    }

    @Test func whatARunTakesIsSaidAtItsStart() throws {
        let input = try SpoiltInput()
        let outcome = try Program.run("recipe.yaml", in: input.url)
        #expect(outcome.code == 0 && outcome.output.contains("MB of memory a rank: the program and its models"))
    }
}
