import ArgumentParser
import Configuration
import Diagnostics
import Foundation

/// `swift-distill predict MODEL source=… [key=value …]`.
struct PredictCommand: ParsableCommand {
    private static let words = SettingWords(PredictionKeys.all, of: "swift-distill predict")

    static let configuration = CommandConfiguration(
        commandName: "predict", abstract: "Finds objects in pictures and draws them.",
        usage: "swift-distill predict MODEL source=FILE|FOLDER|PATTERN [key=value …]",
        discussion: """
            Pictures with their boxes go to runs/detect/predict, or predict-2, predict-3, … where that exists.

            EXAMPLES
              swift-distill predict model.pt source=photo.jpg
              swift-distill predict runs/distill/train/weights/best.safetensors source='shots/*.jpg' conf=0.4
              swift-distill predict model.pt source=shots save=false save_txt=true save_conf=true save_json=true

            KEYS
            \(words.help.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))
            """)

    @Argument(parsing: .captureForPassthrough, help: "Model to use (.pt, .safetensors), and key=value words.")
    var arguments: [String] = []

    func run() throws {
        if arguments.contains(where: { $0 == "--help" || $0 == "-h" }) { throw CleanExit.helpRequest(self) }
        try Session.run(Self.configuration.commandName) { ranks in
            guard ranks.size == 1 else {
                throw Problem(
                    "predict runs on one rank, \(ranks.size) were started", remedy: "Start it without mpirun",
                    exit: .commandLine)
            }
            var words = arguments
            var model: String?
            if let first = words.first, !first.contains("=") || FileManager.default.fileExists(atPath: first) {
                model = words.removeFirst()
            } else if let word = words.first(where: { $0.hasPrefix("model=") }) {
                model = String(word.dropFirst("model=".count))
                words.removeAll { $0 == word }
            }
            guard let model, !model.isEmpty else {
                throw Problem(
                    "predict needs a model", remedy: "Write `swift-distill predict MODEL source=PICTURE`",
                    exit: .commandLine)
            }
            return try PredictionRun(model: model, settings: try Self.words.read(words)).run()
        }
    }
}
