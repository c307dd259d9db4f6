import Diagnostics
import Foundation

/// The file that says what was asked for in a directory, and whether it is complete.
struct SceneMarker: Codable {
    /// Everything that decides the bytes of a data set.
    struct Request: Codable, Equatable {
        /// Goes up when the same options would give other pictures.
        var version: Int
        var train: Int
        var validation: Int
        var options: SceneOptions

        /// Throws a `Problem` for counts and extents that make no sense.
        func check() throws(Problem) {
            guard train >= 0, validation >= 0, train + validation > 0, train + validation <= 10_000_000 else {
                throw Problem(
                    "Cannot draw \(train) scenes for training and \(validation) for validation",
                    remedy: "Ask for at least one scene and at most ten million", exit: .commandLine)
            }
            guard (0...1).contains(options.difficulty) else {
                throw Problem(
                    "Cannot draw scenes of difficulty \(options.difficulty)", remedy: "Choose one from 0 to 1",
                    exit: .commandLine)
            }
            for side in [options.width, options.height] where side < 32 || side > 4096 {
                throw Problem(
                    "Cannot draw scenes of \(options.width) × \(options.height) pixels",
                    remedy: "Choose sides from 32 to 4096 pixels", exit: .commandLine)
            }
        }
    }

    static let name = "scenes.json"

    var request: Request
    /// Present once everything is written.
    var summary: SceneDataset.Summary?

    /// Takes a directory for a request: nil when it is to be drawn, a summary when it is there already.
    static func prepare(_ directory: String, for request: Request) throws -> SceneDataset.Summary? {
        let files = FileManager.default
        var isDirectory: ObjCBool = false
        if files.fileExists(atPath: directory, isDirectory: &isDirectory) {
            guard isDirectory.boolValue else { throw occupied(directory, "is a file") }
            let entries = try list(directory)
            if !entries.isEmpty {
                guard let marker = load(from: directory) else { throw occupied(directory, "holds other files") }
                guard marker.request == request else { throw occupied(directory, "holds scenes of another request") }
                if let summary = marker.summary, isWhole(directory, request) { return summary }
            }
        } else {
            do {
                try files.createDirectory(atPath: directory, withIntermediateDirectories: true)
            } catch {
                throw SceneDataset.unwritable(directory, SceneDataset.reason(error))
            }
        }
        try SceneMarker(request: request, summary: nil).save(in: directory)
        return nil
    }

    func save(in directory: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let text = String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
        try text.writeProblem(to: "\(directory)/\(SceneMarker.name)")
    }

    private static func load(from directory: String) -> SceneMarker? {
        guard let data = FileManager.default.contents(atPath: "\(directory)/\(name)") else { return nil }
        return try? JSONDecoder().decode(SceneMarker.self, from: data)
    }

    /// Whether every picture and label is still there.
    private static func isWhole(_ directory: String, _ request: Request) -> Bool {
        for (part, count) in [("train", request.train), ("val", request.validation)] {
            for (kind, suffix) in [("images", ".jpg"), ("labels", ".txt")] {
                let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(directory)/\(part)/\(kind)")) ?? []
                if names.count(where: { $0.hasSuffix(suffix) }) < count { return false }
            }
        }
        return true
    }

    private static func list(_ directory: String) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: directory)
        } catch {
            throw SceneDataset.unwritable(directory, SceneDataset.reason(error))
        }
    }

    private static func occupied(_ directory: String, _ what: String) -> Problem {
        Problem(
            "The directory \(what)", file: directory,
            remedy: "Choose a new directory, or empty this one", exit: .cannotCreate)
    }
}
