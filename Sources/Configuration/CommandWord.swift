import Diagnostics
import Documents
import Foundation

/// A `key=value` word of the command line.
struct CommandWord {
    /// The key, as written.
    var key: String
    /// The value; its file is `command line: word`, and it has no line.
    var node: Node

    /// The words, as users of the reference and of other programs write them: `--key=value`, `--key value`, `key = value` and
    /// a bare key that means `true` are understood.
    static func all(_ arguments: [String]) throws -> [CommandWord] { try all(arguments, of: RecipeKeys.byName) }

    /// The same for the keys of a command, by name.
    static func all<Owner>(
        _ arguments: [String], of keys: [String: SettingKey<Owner>]
    ) throws -> [CommandWord] {
        let words = joined(arguments, KeyNames(keys))
        return try words.enumerated().map { place, word in
            let next = place + 1 < words.count && !words[place + 1].contains("=") ? words[place + 1] : nil
            return try Self.word(word, keys, next: next)
        }
    }

    private static func word<Owner>(
        _ text: String, _ keys: [String: SettingKey<Owner>], next: String?
    ) throws -> CommandWord {
        let place = "command line: " + Node.printable(text, limit: 200)
        guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
            guard keys[text]?.isFlag == true else {
                let example = next.flatMap { keys[text] == nil ? nil : "\(text)=\($0)" } ?? "lr0=0.01"
                throw Problem(
                    "this is not key=value", file: place, remedy: "Write `\(example)`, without spaces",
                    exit: .commandLine)
            }
            return CommandWord(key: text, node: Node(.bool(true), file: place))
        }
        let name = String(text[..<sign])
        let value = String(text[text.index(after: sign)...])
        let key = name == "cfg" ? "include" : name
        let isText = key == "include" || keys[key]?.isText == true
        return CommandWord(key: key, node: try Self.value(value, isText: isText, place: place))
    }

    /// The value of a word: text, or YAML.
    static func value(_ value: String, isText: Bool, place: String) throws -> Node {
        try isText ? verbatim(value, place) : flow(value, place)
    }

    /// A value as YAML: a scalar, or a list with or without its brackets.
    private static func flow(_ value: String, _ place: String) throws -> Node {
        // Python's way of writing them.
        if value.hasPrefix("("), value.hasSuffix(")") { return try flow("[\(value.dropFirst().dropLast())]", place) }
        let isOpenList = value.contains(",") && !value.hasPrefix("[")
        do {
            return bare(try YAML.parse(isOpenList ? "[\(value)]" : value, file: place), place)
        } catch let problem as Problem {
            throw Problem(
                problem.message, file: place,
                remedy: "Check its brackets and quotes, and quote the whole word for the shell", exit: .commandLine)
        }
    }

    /// A value that is text, whatever signs it contains; plain words such as `true` keep their meaning, but `~` is no
    /// YAML here: it is the home folder.
    private static func verbatim(_ value: String, _ place: String) -> Node {
        if value != "~", let node = try? YAML.parse(value, file: place), node.text == value { return bare(node, place) }
        return Node(.string(value), file: place)
    }

    /// The value without lines and columns, which mean nothing in a word.
    private static func bare(_ node: Node, _ place: String) -> Node {
        let items = node.list.map { Node.Kind.list($0.map { bare($0, place) }) }
        return Node(items ?? node.kind, text: node.text, file: place)
    }

    /// Whether an argument is `key=value`: no key has a dot or a slash, and paths may have a sign.
    static func isSetting(_ argument: String) -> Bool {
        argument.contains("=") && !argument.prefix { $0 != "=" }.contains { "./".contains($0) }
    }

    /// The arguments without leading dashes, and with `key = value` and `--key value` in one piece.
    static func joined(_ arguments: [String], _ names: KeyNames) -> [String] {
        var words: [String] = []
        var expectsValue = false
        // The key of `--key`, whose value may follow.
        var option: String?
        for argument in arguments {
            if expectsValue, !argument.contains("=") {
                words[words.count - 1] += argument
                expectsValue = false
                continue
            }
            if let key = option.take(), names.takes(argument, after: key) {
                words[words.count - 1] += "=" + argument
                continue
            }
            let startsWithSign = argument.hasPrefix("=") && words.last?.contains("=") == false
            if startsWithSign {
                words[words.count - 1] += argument
            } else if argument.hasPrefix("--") {
                let key = names.spelt(String(argument.dropFirst(2).prefix { $0 != "=" }))
                let value = argument.drop { $0 != "=" }
                words.append(key + value)
                if value.isEmpty { option = key }
            } else {
                words.append(argument)
            }
            expectsValue = argument.hasSuffix("=")
        }
        return words
    }
}

extension RecipeReader {
    /// `[CONFIG] [key=value …]` taken apart: the first argument is the config unless it is a word, alone or with the next.
    public static func split(_ arguments: [String]) -> (config: String?, words: [String]) {
        guard let first = arguments.first else { return (nil, []) }
        let isFolderWithSign = first.prefix { $0 != "=" }.contains("/")
        let isWord = first.contains("=") && !isFolderWithSign || first.hasPrefix("--")
        let key = RecipeKeys.key(first)
        let isLone = key?.isFlag == true || key != nil && !FileManager.default.fileExists(atPath: first)
        let isKey = isLone || arguments.dropFirst().first?.hasPrefix("=") == true
        return isWord || isKey ? (nil, arguments) : (first, Array(arguments.dropFirst()))
    }
}
