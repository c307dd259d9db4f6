import Collectives
import Configuration
import Diagnostics
import Foundation

/// What every command that computes has in common: joining the ranks, one message for a failure, one exit code.
enum Session {
    /// Runs `body` on every rank and ends the process with its exit code.
    static func run(_ body: (any Communicator) throws -> ExitCode) throws -> Never {
        let ranks: any Communicator
        do {
            ranks = try Ranks.join()
        } catch {
            fail(error)
        }
        do {
            try StopSignal.listen()
            let code = try body(ranks)
            try ranks.finish()
            exit(code.rawValue)
        } catch {
            ranks.abort(because: error)
        }
    }

    /// The recipe of the command line. Words alone need no file; nothing at all means the standard one.
    static func recipe(_ arguments: [String], ranks: any Communicator) throws -> RecipeReading {
        let (config, words) = RecipeReader.split(arguments)
        let standard = RecipeReader.standardConfig
        let hasStandard = FileManager.default.fileExists(atPath: standard)
        return try RecipeReader().read(
            config: config ?? (hasStandard || words.isEmpty ? standard : nil), words: words)
    }

    /// Prints a failure that happened before the ranks met, and ends the process.
    private static func fail(_ error: any Error) -> Never {
        FileHandle.standardError.write(Data("swift-distill: \(error)\n".utf8))
        exit((error as? Problem)?.exit.rawValue ?? ExitCode.internalError.rawValue)
    }
}
