import Diagnostics
import Foundation
import Testing

@testable import TestSupport

/// Pictures that cannot be read, among good ones and alone.
@Suite(.serialized) struct BadPictureTests {
    /// Files, and why they are rejected.
    private static let faults: [(name: String, bytes: [UInt8], reason: String)] = [
        ("empty.jpg", [], "is empty"),
        ("cut.png", Array(SpoiltInput.picture.dropLast(200)), "is truncated"),
        ("cut.jpg", [0xFF, 0xD8, 0xFF, 0xE0, 0, 16] + Array("JFIF\0".utf8), "is truncated"),
        ("text.jpg", Array("These are no pixels.\n".utf8), "is neither a JPEG nor a PNG"),
        ("film.png", Array("GIF89a".utf8) + [UInt8](repeating: 0, count: 99), "is a GIF picture"),
        ("huge.png", PNGBuilder(width: 60_000, height: 60_000).file([0]), "is too large: 60000 x 60000"),
        ("vast.png", PNGBuilder(width: 0x7FFF_FFFF, height: 0x7FFF_FFFF).file([0]), "is too large: 2147483647"),
        ("dot.png", PNGBuilder(width: 5, height: 5).file([UInt8](repeating: 0, count: 80)), "is 5 x 5 pixels"),
    ]

    private func spoil(_ input: SpoiltInput) throws {
        for fault in Self.faults { try input.write("data/train/images/\(fault.name)", fault.bytes) }
    }

    @Test func aBadPictureIsNamedAndLeftOutAndRenamedAndDeepOnesAreRead() throws {
        let input = try SpoiltInput()
        try spoil(input)
        for number in 0..<3 { try input.write("data/train/images/more\(number).png", SpoiltInput.picture) }
        try input.write("data/train/images/renamed.jpg", SpoiltInput.picture)
        let deep = PNGBuilder(width: 16, height: 16, bitDepth: 16).file([UInt8](repeating: 0, count: 16 * 97))
        try input.write("data/train/images/deep.png", deep)
        let data = try input.contents().filter { $0.key.hasPrefix("data/") }
        let outcome = try Program.run("recipe.yaml", ranks: 2, in: input.url)
        #expect(outcome.code == 0, "\(outcome.errors)")
        let log = try String(contentsOfFile: input.path("runs/distill/train-2/train.log"), encoding: .utf8)
        for text in [outcome.output, log] {
            #expect(text.contains("9 images, 5 backgrounds, 0 duplicates, \(Self.faults.count) rejected"))
            for fault in Self.faults {
                let file = input.path("data/train/images/\(fault.name)")
                #expect(text.contains("rejected \(file): \(fault.reason)"), "\(fault.name) is not in \(text)")
            }
        }
        #expect(try input.contents().filter { $0.key.hasPrefix("data/") } == data)
    }

    @Test func badPicturesAloneAreRefused() throws {
        let input = try SpoiltInput()
        for number in 0..<4 { try input.remove("data/train/images/p\(number).png") }
        try spoil(input)
        try input.expectRefusal(
            code: .badData, saying: ["all \(Self.faults.count) images", "cut.jpg: is truncated", "Correct"])
    }

    @Test func aPictureThatOnlyDecodingFindsDamagedEndsAllRanksWithItsName() throws {
        let input = try SpoiltInput()
        try input.write("data/train/images/short.png", PNGBuilder(width: 64, height: 64).file([0]))
        let outcome = try Program.run("recipe.yaml", "mosaic=0", "epochs=3", ranks: 2, in: input.url)
        input.expectOneMessage(outcome, code: .badData, saying: ["short.png: is damaged", "Replace the picture"])
        #expect(try input.names(in: "runs/distill/train-2/weights").isEmpty)
        #expect(try input.names(in: "model_registry/distilled") == ["latest"])
    }
}
