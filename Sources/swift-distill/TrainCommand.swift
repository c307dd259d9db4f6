import ArgumentParser
import Collectives
import Configuration
import Diagnostics
import Foundation

/// `swift-distill [train] [CONFIG] [key=value …]`.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Trains a student, with a teacher or on labels alone.")

    @Argument(parsing: .captureForPassthrough, help: "Recipe file, and key=value words that win over it.")
    var arguments: [String] = []

    func run() throws {
        if arguments.contains("--help-keys") { return print(RecipeKeys.help) }
        if arguments.contains(where: { $0 == "--help" || $0 == "-h" }) { throw CleanExit.helpRequest(self) }
        try Session.run(Self.configuration.commandName) { ranks in
            let reading = try Session.recipe(arguments)
            try Session.agree(on: reading.recipe, ranks: ranks)
            return try TrainingRun(reading, ranks: ranks).run()
        }
    }
}
