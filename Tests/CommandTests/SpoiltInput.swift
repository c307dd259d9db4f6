import Diagnostics
import Foundation
import Testing

@testable import TestSupport

/// A tiny run that would work, for a test to spoil in one place: data set, recipe, and what runs before have left.
final class SpoiltInput {
    private let folder: Folder
    var url: URL { folder.url }

    /// Keys of a run that takes a moment.
    static let recipe = """
        student: yolov8p
        distillation_dataset: data
        imgsz: 64
        batch: 1
        epochs: 1
        threads: 1
        workers: 1
        nbs: 4

        """

    init() throws {
        folder = try Folder()
        for (split, count) in [("train", 4), ("val", 2)] {
            for number in 0..<count {
                try write("data/\(split)/images/p\(number).png", Self.picture)
                try write("data/\(split)/labels/p\(number).txt", text: "\(number % 2) 0.5 0.5 0.8 0.8\n")
            }
        }
        try write("data/distillation_data.yaml", text: "train: train\nval: val\nnames: [fire, smoke]\n")
        try write("recipe.yaml", text: Self.recipe)
        try write("runs/distill/train/weights/last.safetensors", text: "of the run before")
        try write("model_registry/distilled/latest/model.safetensors", text: "of the run before")
    }

    /// A gray picture of 64 x 64 pixels.
    static var picture: [UInt8] {
        PNGBuilder(width: 64, height: 64).file([UInt8](repeating: 0, count: 64 * (1 + 64 * 3)))
    }

    /// The path of a file here.
    func path(_ name: String) -> String { url.appending(path: name).path }

    /// Writes a file, making its folders.
    func write(_ name: String, _ bytes: [UInt8]) throws {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }

    func write(_ name: String, text: String) throws { try write(name, Array(text.utf8)) }

    func remove(_ name: String) throws { try FileManager.default.removeItem(at: url.appending(path: name)) }

    /// Names of what a folder holds.
    func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(folder)).sorted()
    }

    /// Everything here: contents by path, folders with none.
    func contents() throws -> [String: Data] {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: url.path)
        return Dictionary(
            uniqueKeysWithValues: paths.map { ($0, FileManager.default.contents(atPath: path($0)) ?? Data()) })
    }

    /// Starts the program and expects that it refuses: with this exit code, one message that holds all these words, and
    /// every file as it was.
    func expectRefusal(
        _ arguments: [String] = ["recipe.yaml"], ranks: Int? = nil, code: ExitCode, saying words: [String],
        at place: SourceLocation = #_sourceLocation
    ) throws {
        let before = try contents()
        let outcome = try Program.run(arguments, ranks: ranks, in: url)
        expectOneMessage(outcome, code: code, saying: words, at: place)
        let after = try contents()
        #expect(
            after == before, "changed: \(Set(after.keys).symmetricDifference(before.keys).sorted())",
            sourceLocation: place)
    }

    /// Expects this exit code and one message on one line, whatever the number of ranks.
    func expectOneMessage(
        _ outcome: ProgramRun.Outcome, code: ExitCode, saying words: [String],
        at place: SourceLocation = #_sourceLocation
    ) {
        let said = "code \(outcome.code): \(outcome.errors) \(outcome.output.suffix(500))"
        #expect(outcome.code == code.rawValue, "\(said)", sourceLocation: place)
        #expect(outcome.errors.hasPrefix("swift-distill: "), "\(said)", sourceLocation: place)
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(said)", sourceLocation: place)
        for word in words {
            #expect(outcome.errors.contains(word), "\(word) is not in \(said)", sourceLocation: place)
        }
    }
}
