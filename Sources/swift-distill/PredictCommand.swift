import ArgumentParser
import Configuration
import Diagnostics
import Foundation

/// `swift-distill predict MODEL source=… [key=value …]`.
struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict", abstract: "Finds objects in pictures and draws them.",
        usage: "swift-distill predict MODEL source=FILE|FOLDER|PATTERN|LIST.txt [key=value …] [--json [FILE]]",
        discussion: """
            Pictures with their boxes go to runs/detect/predict, or predict-2, predict-3, … where that exists. --json FILE \
            writes what was found for programs, --json alone writes that to standard output.

            EXAMPLES
              swift-distill predict model.pt source=photo.jpg
              swift-distill predict runs/distill/train/weights/best.safetensors source='shots/*.jpg' conf=0.4
              swift-distill predict model.pt source=shots recursive conf=0.4 --json found.json
              swift-distill predict model.pt source=shots save=false save_txt=true save_conf=true save_json=true

            KEYS
            \(PredictionKeys.words.help.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))
            """)

    @Argument(parsing: .captureForPassthrough, help: "Model to use (.pt, .safetensors), and key=value words.")
    var arguments: [String] = []

    func run() throws {
        try answerQuestions(arguments)
        try Session.run(Self.configuration.commandName, stopsItself: true) { ranks in
            guard ranks.size == 1 else {
                throw Problem(
                    "predict runs on one rank, \(ranks.size) were started", remedy: "Start it without mpirun",
                    exit: .commandLine)
            }
            var arguments = arguments
            let words = PredictionKeys.words
            let json = try JSONOutput.take(from: &arguments, names: words.names, on: ranks)
            let parts = try ModelArguments(
                arguments, names: words.names, usage: "swift-distill predict MODEL source=PICTURE")
            return try PredictionRun(model: parts.model, settings: try words.read(parts.words)).run(telling: json)
        }
    }
}
