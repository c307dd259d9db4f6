import Checkpoints
import Diagnostics
import Foundation
import Testing

@testable import TestSupport

/// Weight files that are none, are damaged, ask for too much or belong to something else.
@Suite(.serialized) struct BadWeightsTests {
    private func golden() throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: Golden.directory)
        return Golden.directory + "/" + (try #require(names.first { $0.hasSuffix(".pt") }))
    }

    /// The golden model as safetensors with some of its weights changed, and more class names than it has.
    private func changed(
        alsoNaming more: [String] = [], _ change: (inout [String: SafeTensors.Entry]) -> Void = { _ in }
    ) throws -> [UInt8] {
        let model = try ModelFile.read(try golden())
        var entries = model.weights.mapValues { SafeTensors.Entry(floats: $0.values, shape: $0.shape) }
        change(&entries)
        let metadata = ModelFile.metadata(
            table: model.table, names: model.names.map { $0 + more }, strides: model.strides)
        return try SafeTensors(entries: entries, metadata: metadata).serialized()
    }

    private static let command = PickleText.call(.global("posix", "system"), [.string("touch EXECUTED")])

    /// Files of wrong bytes, and what is said about them.
    @Test(
        arguments: [
            ("text.pt", Array("no archive".utf8), ["text.pt", "neither", "Check"]),
            ("empty.pt", [], ["empty.pt", "empty", "again"]),
            ("command.pt", ZipText.checkpoint(command).bytes, ["command.pt", "posix.system", "Do not use this file"]),
            (
                "eval.pt", ZipText.checkpoint(.dictionary([("model", .global("builtins", "eval"))])).bytes,
                ["eval.pt", "builtins.eval", "constructors"]
            ),
            ("nothing.pt", ZipText.checkpoint(.dictionary([])).bytes, ["nothing.pt", "neither a model nor weights"]),
            (
                "other.zip.pt", ZipText(entries: [.init(name: "a", bytes: [1])]).bytes,
                ["no PyTorch checkpoint", "Give"]
            ),
            ("head.safetensors", PickleText.number(1 << 60, 8) + Array("{}".utf8), ["head.safetensors", "its header"]),
        ] as [(String, [UInt8], [String])])
    func aFileThatIsNoModelIsRefused(_ name: String, _ bytes: [UInt8], _ words: [String]) throws {
        let input = try SpoiltInput()
        try input.write(name, bytes)
        try input.expectRefusal(["recipe.yaml", "teacher=\(name)"], code: .badData, saying: words)
        try input.expectRefusal(["recipe.yaml", "pretrained=\(name)"], code: .badData, saying: words)
    }

    @Test func severalRanksSayOnceThatAPickleAsksForTooMuch() throws {
        let input = try SpoiltInput()
        try input.write("command.pt", ZipText.checkpoint(Self.command).bytes)
        try input.expectRefusal(
            ["recipe.yaml", "teacher=command.pt"], ranks: 2, code: .badData, saying: ["rank ", "posix.system"])
        try input.expectRefusal(
            ["val", "command.pt", "recipe.yaml"], ranks: 2, code: .badData, saying: ["rank ", "posix.system"])
        try input.expectRefusal(
            ["export", "command.pt", "out.safetensors"], code: .badData, saying: ["command.pt", "posix.system"])
    }

    @Test func aTruncatedCheckpointIsRefused() throws {
        let input = try SpoiltInput()
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: try golden())))
        for part in [60, bytes.count / 2, bytes.count - 10] {
            try input.write("cut.pt", Array(bytes[..<part]))
            try input.expectRefusal(
                ["recipe.yaml", "teacher=cut.pt"], code: .badData, saying: ["cut.pt", "truncated", "again"])
        }
        try input.expectRefusal(
            ["recipe.yaml", "student=cut.pt"], ranks: 2, code: .badData, saying: ["rank ", "cut.pt", "truncated"])
    }

    @Test func weightsOfAnotherArchitectureAreRefused() throws {
        let input = try SpoiltInput()
        let file = "other.safetensors"
        let other = SafeTensors(entries: ["fc.weight": .init(floats: [1, 2], shape: [1, 2])])
        try input.write(file, try other.serialized())
        try input.expectRefusal(
            ["recipe.yaml", "teacher=\(file)"], code: .badData, saying: [file, "no layer table", "`student`"])
        try input.expectRefusal(
            ["recipe.yaml", "pretrained=\(file)"], code: .badData, saying: [file, "no tensor fits", "architecture"])
        let first = "model.0.conv.weight"
        try input.write(file, try changed { $0[first] = .init(floats: [0], shape: [1, 1, 1, 1]) })
        try input.expectRefusal(
            ["export", file, "out.safetensors"], code: .badData, saying: [file, first, "shape [1, 1, 1, 1]"])
        try input.write(file, try changed { $0[first] = nil })
        try input.expectRefusal(
            ["export", file, "out.safetensors"], code: .badData, saying: [file, "no tensor", first])
        try input.expectRefusal(
            ["recipe.yaml", "teacher=\(file)"], ranks: 2, code: .badData, saying: [file, "every class", "fire, smoke"])
    }

    @Test func namesWithoutClassRowsAreRefused() throws {
        let input = try SpoiltInput()
        let file = "names.safetensors"
        try input.write(file, try changed(alsoNaming: ["fire", "smoke"]))
        let words = [file, "class names but", "class rows", "Use weights"]
        for role in ["pretrained", "student", "teacher"] {
            try input.expectRefusal(["recipe.yaml", "\(role)=\(file)"], code: .badData, saying: words)
        }
        try input.expectRefusal(["val", file, "recipe.yaml"], code: .badData, saying: words)
    }

    /// The rows of a layer table behind a good first one, and what is said about them.
    @Test(arguments: [
        ("[-1, 1, Lambda, [64]]", "row 1 of the layer table asks for Lambda"),
        ("[[], 1, Conv, [64, 3, 2]]", "from nowhere"),
        ("[7, 1, Conv, [64, 3, 2]]", "from layer 7"),
        ("[-1, 1, Conv, [64, 100001, 2]]", "argument 2 of Conv"),
        ("[-1, 1, Conv, [64, 4, 1]]", "evenly"),
        ("[-1, 1, Conv, [64, 3, 64]]", "128 pixels"), ("[-1, 1, Conv, [64, 3, 1, 1, 2]]", "2 as argument 5 of Conv"),
        ("[-1, 1, C2f, [64, true, 1, 0.25]]", "0.25 as argument 4 of C2f"), ("[-1, 1, Concat, [2]]", "2 as argument 1"),
        ("[-1, 1, SPPF, [64, 4]]", "odd"),
        ("[-1, 900, C2f, [60000]]", "larger than"),
        ("[-1, 1, Conv, [64, 3, 2]]\n  - [[0, 1], 1, Concat, [1]]", "different sizes"),
        ("[-1, 1, nn.Upsample, [None, 2, nearest]]\n  - [-1, 1, nn.Upsample, [None, 2, nearest]]", "enlarges"),
    ])
    func aLayerTableThatCannotBeBuiltIsRefused(_ rows: String, _ reason: String) throws {
        let input = try SpoiltInput()
        let first = "nc: 2\nbackbone:\n  - [-1, 1, Conv, [16, 3, 2]]\n"
        try input.write("table.yaml", text: first + "  - \(rows)\nhead:\n  - [[-1], 1, Detect, [nc]]\n")
        try input.expectRefusal(
            ["recipe.yaml", "student=table.yaml"], code: .badData, saying: ["table.yaml: ", reason])
    }

    @Test(arguments: ["[0.3, .inf, 64]", "[0.3, 1e30, 64]", "[1e9, 1, 64]", "[1, 1, -4]", "[1, 1]"])
    func aScaleThatIsNoneIsRefused(_ scale: String) throws {
        let input = try SpoiltInput()
        try input.write("table.yaml", text: "scales:\n  n: \(scale)\nbackbone:\n  - [-1, 3, C2f, [64]]\n")
        try input.expectRefusal(
            ["recipe.yaml", "student=table.yaml"], code: .badData, saying: ["table.yaml:2:6", "max_channels"])
    }
}
