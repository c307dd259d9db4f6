import Diagnostics
import Foundation
import TestSupport
import Testing

/// Files that were made to take memory or time: within 300 MB and two seconds of CPU they are read or refused.
@Suite(.serialized) struct HostileFileTests {
    private static func text(_ count: Int, _ part: (Int) -> String) -> String { (0..<count).map(part).joined() }

    /// Names and contents of configuration files.
    private static let documents: [(String, String)] = [
        ("deep.yaml", String(repeating: "[", count: 100_000)),
        (
            "laughs.yaml",
            "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
                + text(12) { "a\($0 + 1): &a\($0 + 1) [" + String(repeating: "*a\($0),", count: 9) + "]\n" }
        ),
        ("keys.yaml", text(90_000) { "k\($0): 1\n" }),
        ("list.yaml", "classes: [" + String(repeating: "1,", count: 500_000) + "]"),
        ("long.yaml", String(repeating: "#", count: 30_000_000)),
    ]

    @Test(arguments: documents) func aRecipeIsRefusedInTime(_ name: String, _ text: String) throws {
        let folder = try Folder()
        try Data(text.utf8).write(to: folder.url.appending(path: name))
        try Program.expectModestUse(["train", name], in: folder.url, codes: [.badData])
    }

    @Test(arguments: [
        String(repeating: "[", count: 5_000_000),
        "{\"cpu\":\"a\",\"decided\":{" + text(1_000_000) { "\"x\($0)\":\"y\"," } + "\"x\":\"y\"}}",
    ])
    func aRecordOfConvolutionsIsRefusedInTime(_ text: String) throws {
        let input = try SpoiltInput()
        try input.write("c.json", text: text)
        try Program.expectModestUse(["recipe.yaml", "convolutions=c.json"], in: input.url, codes: [.badData])
    }

    @Test func aPictureOfManyPixelsIsLookedAtInTime() throws {
        let folder = try Folder()
        let side = 10_000
        let rows = [UInt8](repeating: 0, count: side * (1 + side / 8))
        let bytes = PNGBuilder(width: side, height: side, bitDepth: 1, colorType: 0).file(rows)
        try Data(bytes).write(to: folder.url.appending(path: "bits.png"))
        let model = ProgramRun.root.appending(path: "configs/models/wildfire-teacher.safetensors").path
        try Program.expectModestUse(
            ["predict", model, "source=bits.png", "imgsz=64", "threads=1"], in: folder.url, codes: [.done])
    }

    @Test func labelsAreRefusedInTime() throws {
        let input = try SpoiltInput()
        let rows = String(repeating: "0 0.5 0.5 0.1 0.1\n", count: 500_000)
        try input.write("data/train/labels/p0.txt", text: rows)
        try input.write("data/train/labels/p1.txt", text: rows + rows)
        let outcome = try Program.expectModestUse(["recipe.yaml", "plots=false"], in: input.url, codes: [.done])
        #expect(outcome.output.contains("2 rejected"), "\(outcome)")
    }

    @Test(arguments: [String(repeating: "a\n", count: 1_000_000), String(repeating: "a", count: 30_000_000)])
    func aListOfPicturesIsRefusedInTime(_ text: String) throws {
        let input = try SpoiltInput()
        try input.write("list.txt", text: text)
        try input.write("list.yaml", text: "train: list.txt\nval: data/val\nnames: [fire, smoke]\n")
        try Program.expectModestUse(
            ["recipe.yaml", "data=list.yaml", "distillation_dataset="], in: input.url,
            codes: [.badData, .missingInput])
    }

    @Test(arguments: [
        ("results.csv", String(repeating: "9,", count: 10_000_000)),
        ("results.csv", String(repeating: "9,1\n", count: 1_000_000)),
        ("events.jsonl", String(repeating: "[", count: 10_000_000) + "\n"),
        ("metrics.jsonl", String(repeating: "{\"epoch\":1}", count: 1_000_000)),
    ])
    func whatARunHasLeftIsReadInTime(_ name: String, _ text: String) throws {
        let input = try SpoiltInput()
        let words = ["recipe.yaml", "plots=false", "name=run", "exist_ok=true", "resume=true"]
        #expect(try Program.run(words, in: input.url).code == 0)
        try input.write("runs/distill/run/\(name)", text: text)
        try Program.expectModestUse(words, in: input.url, codes: [.done, .badData])
    }
}
