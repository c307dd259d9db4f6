import Diagnostics
import Foundation

/// Where a command writes what it found for programs: `--json FILE`, `json=FILE`, or `--json` for standard output.
public enum ResultPlace: Equatable, Sendable {
    case nowhere, standardOutput
    case file(String)

    /// Takes the word out of a command's arguments; the last one counts.
    ///
    /// The argument after `--json` is its file, unless it is a word of the command or a file that exists and is no JSON:
    /// nobody's model or recipe is written over.
    public static func take(from arguments: inout [String], names: KeyNames) -> ResultPlace {
        var place = ResultPlace.nowhere
        var others: [String] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let word = argument.hasPrefix("--") ? argument.dropFirst(2) : argument[...]
            if word.hasPrefix("json=") {
                place = named(String(word.dropFirst("json=".count)))
            } else if word == "json" {
                place = .standardOutput
                if argument != word, let next = rest.first, isFile(next, names) { place = named(rest.removeFirst()) }
            } else {
                others.append(argument)
            }
        }
        arguments = others
        return place
    }

    private static func named(_ value: String) -> ResultPlace {
        switch value.lowercased() {
        case "", "true", "-": .standardOutput
        case "false", "none": .nowhere
        default: .file(FilePath.expanded(value))
        }
    }

    private static func isFile(_ argument: String, _ names: KeyNames) -> Bool {
        if argument.hasPrefix("--") || CommandWord.isSetting(argument) || names.contains(argument) { return false }
        return argument.hasSuffix(".json") || !FileManager.default.fileExists(atPath: FilePath.expanded(argument))
    }
}
