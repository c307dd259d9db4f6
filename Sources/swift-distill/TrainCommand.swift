import ArgumentParser
import Collectives
import Configuration
import Diagnostics
import Foundation

/// `swift-distill [train] [CONFIG] [key=value …]`.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Trains a student, with a teacher or on labels alone.",
        usage: "swift-distill [train] [CONFIG] [key=value …] [--json [FILE]]",
        discussion: """
            Without CONFIG it takes configs/distillation_config.yaml. Words win over the file; spaces around = are fine, \
            --key value means the same, and a yes-or-no key by itself means true. --help-keys lists every key. --json FILE \
            writes what came of the run, --json alone writes that to standard output and all else to standard error.

            EXAMPLES
              swift-distill teacher=best.pt student=yolov8n.pt data=data.yaml epochs=50
              mpirun -np 8 swift-distill configs/wildfire_yolov8m_to_yolov8n.yaml teacher=best.pt
              swift-distill train student=yolov8n data=data.yaml teacher=
              swift-distill resume=runs/distill/train
            """)

    @Argument(parsing: .captureForPassthrough, help: "Recipe file, and key=value words that win over it.")
    var arguments: [String] = []

    func run() throws {
        if arguments.contains("--help-keys") { return print(RecipeKeys.help) }
        try answerQuestions(arguments)
        try Session.run(Self.configuration.commandName, stopsItself: true) { ranks in
            var words = arguments
            let json = try JSONOutput.take(from: &words, names: RecipeKeys.names, on: ranks)
            let reading = try Session.recipe(words)
            try Session.agree(on: reading.recipe, ranks: ranks)
            return try TrainingRun(reading, ranks: ranks).run(telling: json)
        }
    }
}
