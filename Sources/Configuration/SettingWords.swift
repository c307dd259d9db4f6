import Diagnostics
import Documents

/// Reads `key=value` words of a command that has keys of its own.
public struct SettingWords<Owner: Settings>: Sendable {
    private let keys: [SettingKey<Owner>]
    private let command: String

    /// - Parameter command: how a user starts it, for messages.
    public init(_ keys: [SettingKey<Owner>], of command: String) {
        self.keys = keys
        self.command = command
    }

    /// Keys that may stand by themselves, meaning `true`.
    public var flags: Set<String> { Set(byName.filter(\.value.isFlag).keys) }

    private var byName: [String: SettingKey<Owner>] {
        keys.reduce(into: [:]) { table, key in
            for name in [key.name] + key.aliases { table[name] = key }
        }
    }

    /// The settings that the words ask for.
    ///
    /// - Throws: `Problem` of exit code `commandLine`.
    public func read(_ arguments: [String]) throws -> Owner {
        let byName = byName
        var settings = Owner()
        do {
            for word in try CommandWord.all(arguments, of: byName) {
                guard let key = byName[word.key] else { throw unknown(word) }
                try key.set(word.node, in: &settings)
            }
        } catch var problem as Problem {
            problem.exit = .commandLine
            throw problem
        }
        return settings
    }

    private func unknown(_ word: CommandWord) -> Problem {
        let near = NearestNames.of(word.key, among: keys.map(\.name))
        let remedy =
            near.isEmpty
            ? "See `\(command) --help` for all keys"
            : "Perhaps you mean \(near.map { "`\($0)`" }.joined(separator: " or "))"
        return word.node.problem("there is no key `\(Node.printable(word.key))`", remedy: remedy)
    }

    /// Every key with its default and what it does, a line each.
    public var help: String {
        let standard = Owner()
        let width = keys.map(\.name.count).max() ?? 0
        return keys.map { key in
            let text = key.text(in: standard)
            let shown = ["null", "[]", ""].contains(text) ? "" : " (\(text))"
            return key.name + String(repeating: " ", count: width - key.name.count) + "  " + key.help + shown
        }.joined(separator: "\n")
    }
}
