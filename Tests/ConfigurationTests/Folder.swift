import Configuration
import Diagnostics
import Foundation

/// A temporary folder with files in it, removed at the end.
final class Folder {
    let path: String

    init(_ files: [String: String] = [:]) throws {
        path = FileManager.default.temporaryDirectory.appending(path: "recipe-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in files { try write(name, text) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String) throws {
        let url = URL(filePath: path).appending(path: name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    func read(_ config: String? = "c.yaml", _ words: String...) throws -> RecipeReading {
        try RecipeReader(workingDirectory: path).read(config: config, words: words)
    }

    /// The problem's text with this folder's path left out; nil when there is none.
    func problem(_ config: String? = "c.yaml", _ words: String...) -> String? {
        do {
            _ = try RecipeReader(workingDirectory: path).read(config: config, words: words)
            return nil
        } catch { return "\(error)".replacingOccurrences(of: path + "/", with: "") }
    }
}

/// The problem a file with this text gives.
func problem(_ text: String) throws -> String? { try Folder(["c.yaml": text]).problem() }

/// The recipe in a file with this text.
func recipe(_ text: String) throws -> Recipe { try Folder(["c.yaml": text]).read().recipe }
