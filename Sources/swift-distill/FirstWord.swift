import Configuration
import Diagnostics
import Foundation

/// What people type before they know the program's words, read as what they mean.
enum FirstWord {
    /// Tasks of the reference, whose command line begins with one.
    private static let tasks: Set<String> = ["detect", "segment", "classify", "pose", "obb"]

    /// The arguments as the program's own words.
    ///
    /// - Throws: `Problem` of exit code `commandLine` for a first word that is neither a command nor a recipe.
    static func understood(_ arguments: [String]) throws -> [String] {
        switch arguments {
        case ["version"]: return ["--version"]
        case ["keys"], ["help", "keys"]: return ["train", "--help-keys"]
        default: break
        }
        guard let first = arguments.first else { return arguments }
        let commands = SwiftDistill.configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
        if tasks.contains(first), let second = arguments.dropFirst().first, commands.contains(second) {
            guard first == "detect" else {
                throw Problem(
                    "there is no task `\(first)`: models here detect",
                    remedy: "Write `swift-distill \(second) …`, with a detection model", exit: .commandLine)
            }
            return Array(arguments.dropFirst())
        }
        let isPlain = first.allSatisfy { $0.isLetter || $0.isNumber || "-_".contains($0) } && !first.hasPrefix("-")
        guard isPlain, !commands.contains(first), RecipeReader.split(arguments).config == first,
            !FileManager.default.fileExists(atPath: first)
        else { return arguments }
        let near = NearestNames.of(first, among: commands).map { "`\($0)`" }
        throw Problem(
            "there is no command `\(first)`, nor a recipe of that name",
            remedy: near.isEmpty
                ? "See `swift-distill --help` for the commands" : "Perhaps you mean \(near.joined(separator: " or "))",
            exit: .commandLine)
    }
}
