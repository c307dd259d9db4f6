import Collectives
import Configuration
import Diagnostics
import Foundation

/// What every command that computes has in common: joining the ranks, one message for a failure, one exit code.
enum Session {
    /// Runs `body` on every rank and ends the process with its exit code.
    ///
    /// - Parameters:
    ///   - command: its name, which all ranks must have been started with.
    ///   - stopsItself: whether it looks for requests to stop; else signals end it as they end any program.
    static func run(_ command: String?, stopsItself: Bool = false, _ body: (any Communicator) throws -> ExitCode) throws
        -> Never
    {
        let ranks: any Communicator
        do {
            ranks = try Ranks.join()
        } catch {
            fail(error)
        }
        do {
            StopSignal.surviveFailedWrites()
            if stopsItself { try StopSignal.listen() }
            try agree(on: command ?? "", ranks: ranks)
            try agreeOnProgram(ranks)
            let code = try body(ranks)
            try ranks.finish()
            exit(code.rawValue)
        } catch {
            ranks.abort(because: error)
        }
    }

    /// Ends the process because of a command line that is not understood; of many ranks one says so.
    static func refuse(_ error: any Error) -> Never {
        let problem = error as? Problem
        if let ranks = try? Ranks.join(), ranks.size > 1 {
            let message = SwiftDistill.message(for: error).split(separator: "\n").joined(separator: " ")
            let parsed = Problem(message, remedy: "See `swift-distill --help`", exit: .commandLine)
            ranks.abort(because: problem ?? parsed)
        }
        if let problem { fail(problem) }
        let lines = SwiftDistill.fullMessage(for: error).split(separator: "\n", omittingEmptySubsequences: false)
        let text = lines.map { String($0).printable() + "\n" }.joined()
        FileHandle.standardError.write(Data(text.utf8))
        exit(ExitCode.commandLine.rawValue)
    }

    /// Ranks that run different commands would wait for each other for ever.
    private static func agree(on command: String, ranks: any Communicator) throws {
        let first = String(decoding: try ranks.broadcast(Array(command.utf8)), as: UTF8.self)
        guard first == command else {
            throw Problem(
                "this rank was started with the command `\(command)`, rank 0 with `\(first)`",
                remedy: "Start all ranks with the same command", exit: .commandLine)
        }
    }

    /// Ranks of different builds compute different things, or wait for each other for ever.
    private static func agreeOnProgram(_ ranks: any Communicator) throws {
        guard ranks.size > 1 else { return }
        let mine = Machine.program
        let first = String(decoding: try ranks.broadcast(Array(mine.utf8)), as: UTF8.self)
        guard first == mine else {
            throw Problem(
                "this rank's program is another build than rank 0's", file: CommandLine.arguments.first,
                remedy: "Copy the same swift-distill to every host", exit: .environment)
        }
    }

    /// Ranks of different recipes would wait for each other for ever, or mix numbers that do not belong together.
    static func agree(on recipe: Recipe, ranks: any Communicator) throws {
        let text = String(decoding: try ranks.broadcast(Array(recipe.yaml.utf8)), as: UTF8.self)
        let differences = recipe.differences(from: try Recipe(yaml: text, file: "recipe of rank 0"))
        guard differences.isEmpty else {
            throw Problem(
                "this rank and rank 0 have different recipes: \(differences.joined(separator: ", "))",
                remedy: "Give all ranks the same words and, on every host, the same files", exit: .commandLine)
        }
    }

    /// The recipe of the command line. Words alone need no file; nothing at all means the standard one.
    static func recipe(_ arguments: [String]) throws -> RecipeReading {
        let (config, words) = RecipeReader.split(arguments)
        let standard = RecipeReader.standardConfig
        let hasStandard = FileManager.default.fileExists(atPath: standard)
        guard config != nil || hasStandard || !words.isEmpty else {
            throw Problem(
                "no recipe is named, and the one that would be taken is not here: \(standard)",
                remedy:
                    "Begin with `swift-distill train student=yolov8n data=data.yaml`, without data of your own with "
                    + "`swift-distill synth scenes` and `swift-distill train student=yolov8n data=scenes`; see "
                    + "`swift-distill --help`", exit: .missingInput)
        }
        return try RecipeReader().read(
            config: config ?? (hasStandard ? standard : nil), words: words)
    }

    /// Prints a failure that happened before the ranks met, and ends the process.
    private static func fail(_ error: any Error) -> Never {
        FileHandle.standardError.write(Data("swift-distill: \("\(error)".printable())\n".utf8))
        exit((error as? Problem)?.exit.rawValue ?? ExitCode.internalError.rawValue)
    }
}
