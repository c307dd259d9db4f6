import Diagnostics

/// What `registry` does, and where.
public struct RegistrySettings: Settings, Equatable {
    /// A place that a kept result can be promoted to.
    public enum Target: String, Sendable, CaseIterable { case best, latest }

    /// Root that holds `model_registry/distilled`.
    public var registry = "."
    /// Results that stay beside those in use when the registry is pruned.
    public var keep = 20
    /// Where a result is promoted to.
    public var to = Target.best

    /// The defaults.
    public init() {}
}

/// The keys of `registry`, and how its arguments are read.
public enum RegistryKeys {
    /// Every key, in the order of the help text.
    public static let all: [SettingKey<RegistrySettings>] = [
        SettingKey("registry", \.registry, .path, "root that holds model_registry/distilled"),
        SettingKey("keep", \.keep, .whole(0...1_000_000), "prune: results that stay, the newest ones"),
        SettingKey("to", \.to, .choice, "promote: the place that the result gets"),
    ]

    private static let words = SettingWords(all, of: "swift-distill registry")

    /// Every key with its default and what it does, a line each.
    public static var help: String { words.help }

    /// What a user asks for.
    public enum Action: Equatable, Sendable { case list, promote(String), prune }

    /// The arguments of `registry`: what to do, and options.
    ///
    /// - Throws: `Problem` of exit code `commandLine` naming the word that is not understood.
    public static func read(_ arguments: [String]) throws -> (action: Action, settings: RegistrySettings) {
        let joined = CommandWord.joined(arguments, words.names)
        let verbs = joined.filter { !CommandWord.isSetting($0) }
        let settings = try words.read(joined.filter(CommandWord.isSetting))
        let action: Action? =
            switch (verbs.first ?? "list", verbs.count) {
            case ("list", 0...1): .list
            case ("prune", 1): .prune
            case ("promote", 2): .promote(verbs[1])
            default: nil
            }
        guard let action else {
            let remedy =
                verbs[0] == "promote"
                ? "Write `swift-distill registry promote NAME`, with a name of the list"
                : "Write list, promote NAME or prune"
            throw Problem(
                "`registry \(verbs.joined(separator: " "))` is not understood", remedy: remedy, exit: .commandLine)
        }
        return (action, settings)
    }
}
