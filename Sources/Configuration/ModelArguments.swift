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
    ///   - names: the command's keys.
    ///   - extra: how many files beside the model are understood.
    ///   - usage: how a user starts the command, for messages.
    /// - Throws: `Problem` of exit code `commandLine` without a model, or with one file too many.
    public init(_ arguments: [String], names: KeyNames, extra: Int = 0, usage: String) throws {
        var files: [String] = []
        var named: String?
        var words: [String] = []
        for word in CommandWord.joined(arguments, names.union(KeyNames(valued: ["model"]))) {
            let isSetting = CommandWord.isSetting(word)
            if isSetting, word.hasPrefix("model=") {
                guard named == nil else {
                    throw Problem("two models are named", remedy: "Write `\(usage)`", exit: .commandLine)
                }
                named = FilePath.expanded(String(word.dropFirst("model=".count)))
            } else if isSetting || names.flags.contains(word) {
                words.append(word)
            } else {
                files.append(FilePath.expanded(word))
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
