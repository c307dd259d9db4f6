import Diagnostics

/// The arguments of a command that works on a model, taken apart.
public struct ModelArguments: Sendable {
    /// The model: `model=…`, or the first argument that is not `key=value`.
    public let model: String
    /// What else is not `key=value`.
    public let files: [String]
    /// `key=value`, and keys that by themselves mean `true`.
    public let words: [String]

    /// - Parameters:
    ///   - flags: keys that may stand by themselves.
    ///   - extra: how many files beside the model are understood.
    ///   - usage: how a user starts the command, for messages.
    /// - Throws: `Problem` of exit code `commandLine` without a model, or with one file too many.
    public init(_ arguments: [String], flags: Set<String>, extra: Int = 0, usage: String) throws {
        var files: [String] = []
        var named: String?
        var words: [String] = []
        for word in CommandWord.joined(arguments) {
            let key = String(word.prefix { $0 != "=" })
            // No key has a dot or a slash, and paths may have a sign.
            let isSetting = word.contains("=") && !key.contains { "./".contains($0) }
            if isSetting, key == "model" {
                guard named == nil else {
                    throw Problem("two models are named", remedy: "Write `\(usage)`", exit: .commandLine)
                }
                named = String(word.dropFirst("model=".count))
            } else if isSetting || flags.contains(word) {
                words.append(word)
            } else {
                files.append(word)
            }
        }
        if let named { files.insert(named, at: 0) }
        guard let model = files.first, !model.isEmpty, files.count <= 1 + extra else {
            throw Problem(
                files.count > 1 + extra ? "\(files[1 + extra]) is one file too many" : "no model is named",
                remedy: "Write `\(usage)`", exit: .commandLine)
        }
        self.model = model
        self.files = Array(files.dropFirst())
        self.words = words
    }
}
