/// The names of a command's keys, as far as they tell its arguments apart.
public struct KeyNames: Sendable {
    /// Keys that may stand by themselves, meaning `true`.
    private(set) var flags: Set<String> = []
    /// Of these the ones that take a text as well.
    private var open: Set<String> = []
    /// Keys that need a value.
    private var valued: Set<String> = []

    init(flags: Set<String> = [], valued: Set<String> = []) {
        self.flags = flags
        self.valued = valued
    }

    init<Owner>(_ keys: [String: SettingKey<Owner>]) {
        for (name, key) in keys {
            if key.isFlag { flags.insert(name) } else { valued.insert(name) }
            if key.isFlag && key.isText { open.insert(name) }
        }
    }

    /// The names of both.
    public func union(_ other: KeyNames) -> KeyNames {
        var all = self
        all.flags.formUnion(other.flags)
        all.open.formUnion(other.open)
        all.valued.formUnion(other.valued)
        return all
    }

    func contains(_ key: String) -> Bool { flags.contains(key) || valued.contains(key) }

    /// A key as it was written after two dashes, where options have dashes between their words, too.
    func spelt(_ key: String) -> String {
        let other = key.replacing("-", with: "_")
        return !contains(key) && contains(other) ? other : key
    }

    /// Whether the argument after `--key` is its value.
    func takes(_ argument: String, after key: String) -> Bool {
        if argument.hasPrefix("--") || argument.hasPrefix("=") || CommandWord.isSetting(argument) { return false }
        if valued.contains(key) || open.contains(key) { return true }
        if flags.contains(key) { return Self.truths.contains(argument.lowercased()) }
        // Of a key that is not known a number or a word may be the value; a file is none.
        return !argument.contains { "./".contains($0) } || Double(argument) != nil
    }

    private static let truths: Set<String> = ["true", "false", "yes", "no", "on", "off", "none"]
}
