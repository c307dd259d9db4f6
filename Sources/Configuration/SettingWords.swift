import Diagnostics
import Documents

/// Reads `key=value` words of a command that has keys of its own.
public struct SettingWords<Owner: Settings>: Sendable {
    private let keys: [SettingKey<Owner>]
    private let command: String
    private let meaningless: Set<String>
    private let unsupported: [String: String]

    /// - Parameters:
    ///   - command: how a user starts it, for messages.
    ///   - meaningless: keys of the field's command that change no result here.
    ///   - unsupported: keys of the field's command that would, with what to do instead; as they usually stand (false,
    ///     empty) they ask for nothing.
    public init(
        _ keys: [SettingKey<Owner>], of command: String, meaningless: Set<String> = [],
        unsupported: [String: String] = [:]
    ) {
        self.keys = keys
        self.command = command
        self.meaningless = meaningless
        self.unsupported = unsupported
    }

    /// What tells the command's arguments apart.
    public var names: KeyNames {
        KeyNames(byName).union(KeyNames(flags: meaningless.union(unsupported.keys)))
    }

    private var byName: [String: SettingKey<Owner>] {
        keys.reduce(into: [:]) { table, key in
            for name in [key.name] + key.aliases { table[name] = key }
        }
    }

    /// Words of these keys, and those of others.
    public func parted(_ words: [String]) -> (own: [String], others: [String]) {
        let byName = byName
        func isOwn(_ word: String) -> Bool { byName[String(word.prefix { $0 != "=" })] != nil }
        return (words.filter(isOwn), words.filter { !isOwn($0) })
    }

    /// The settings that the words ask for.
    ///
    /// - Throws: `Problem` of exit code `commandLine`.
    public func read(_ arguments: [String]) throws -> Owner {
        let byName = byName
        var settings = Owner()
        do {
            let words = CommandWord.joined(arguments, names)
            for word in try CommandWord.all(words.filter { try !ignores($0) }, of: byName) {
                guard let key = byName[word.key] else { throw unknown(word) }
                try key.set(word.node, in: &settings)
            }
        } catch var problem as Problem {
            problem.exit = .commandLine
            throw problem
        }
        return settings
    }

    private func ignores(_ word: String) throws -> Bool {
        let key = String(word.prefix { $0 != "=" })
        if meaningless.contains(key) { return true }
        guard let remedy = unsupported[key] else { return false }
        let value = word == key ? "true" : word.dropFirst(key.count + 1).lowercased()
        guard ["false", "none", "null", ""].contains(value) else {
            throw Problem(
                "`\(key)` is not supported", file: "command line: \(Node.printable(word, limit: 200))", remedy: remedy,
                exit: .commandLine)
        }
        return true
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
