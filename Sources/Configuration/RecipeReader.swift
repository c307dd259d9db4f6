import Diagnostics
import Documents

/// Reads a recipe: defaults, then files in the order of their includes, then `key=value` words; later keys win.
///
/// An `include` stands where it is written: its keys win over those before it and lose to those after it.
public struct RecipeReader {
    /// The config of a run that names none, in the working directory.
    public static let standardConfig = "configs/distillation_config.yaml"
    /// Files that one recipe may include, counting repetitions.
    public static let mostIncludes = 64

    private let paths: RecipePaths
    private var reading = RecipeReading()
    private var open: [(identity: String, name: String)] = []
    private var includes = 0
    private var ignored: [String] = []

    /// A reader that completes relative paths of the command line with a folder; nil is the process's working directory.
    public init(workingDirectory: String? = nil) { paths = RecipePaths(workingDirectory: workingDirectory) }

    /// The recipe of a config file (nil for defaults alone) and words of the command line.
    public func read(config: String?, words: [String] = []) throws -> RecipeReading {
        var reader = self
        let words = try CommandWord.all(words)
        if let config { try reader.include(config, folder: "", from: nil) }
        for word in words where word.key == "include" { try reader.include(word) }
        for word in words where word.key != "include" {
            try reader.take(word.key, keyNode: word.node, word.node, folder: "")
        }
        return try reader.finish()
    }

    /// The recipe in a YAML text whose paths are complete, such as `args.yaml` or the one in a checkpoint; without notes and
    /// checks between keys.
    static func read(text: String, file: String) throws -> Recipe {
        var reader = RecipeReader()
        for pair in try entries(of: YAML.parse(text, file: file)) {
            try reader.take(pair.key, keyNode: pair.keyNode, pair.value, folder: nil)
        }
        return reader.reading.recipe
    }

    // MARK: Files

    private mutating func include(_ name: String, folder: String, from node: Node?) throws {
        let shown = AbsolutePath.join(folder, name)
        let path = paths.absolute(shown)
        includes += 1
        guard includes <= Self.mostIncludes + 1 else {
            throw Problem(
                "more than \(Self.mostIncludes) included files", file: node?.file, line: node?.line,
                column: node?.column,
                remedy: "Include every file once")
        }
        let identity = AbsolutePath.identity(path)
        if open.contains(where: { $0.identity == identity }) {
            let chain = (open.map(\.name) + [shown]).joined(separator: " → ")
            throw Problem(
                "files include each other in a circle: \(chain)", file: node?.file, line: node?.line,
                column: node?.column,
                remedy: "Remove one of the includes")
        }
        open.append((identity, shown))
        for pair in try Self.entries(of: document(path, shown, from: node)) { try takeEntry(pair, of: shown) }
        open.removeLast()
    }

    private mutating func include(_ word: CommandWord) throws {
        for item in word.node.list ?? [word.node] {
            guard let name = Form<String>.path.read(item), !name.isEmpty else {
                throw word.node.problem(
                    "`include` must be a path", remedy: "Write `include=FILE.yaml`", exit: .commandLine)
            }
            try include(name, folder: "", from: nil)
        }
    }

    private func document(_ path: String, _ shown: String, from node: Node?) throws -> Node {
        do {
            return try YAML.read(path: path, as: shown)
        } catch var problem as Problem {
            if problem.exit == .missingInput, let file = node?.file, let line = node?.line {
                problem.remedy = "It is included by \(file):\(line)"
            }
            throw problem
        }
    }

    private mutating func takeEntry(_ pair: Node.Pair, of file: String) throws {
        let folder = FilePath.folder(of: file)
        guard pair.key == "include" || pair.key == "cfg" else {
            return try take(pair.key, keyNode: pair.keyNode, pair.value, folder: folder)
        }
        if pair.key == "cfg", pair.value.isNull { return }
        for item in pair.value.list ?? [pair.value] {
            guard let name = Form<String>.path.read(item), !item.isNull, !name.isEmpty else {
                throw item.problem(
                    "`include` must be a path or a list of paths, found \(item.found)",
                    remedy: "Write `include: student_model_cfg.yaml`")
            }
            try include(name, folder: folder, from: item)
        }
    }

    /// The entries of a recipe; two names of the same key in one file are a problem, as one name twice is.
    private static func entries(of document: Node) throws -> [Node.Pair] {
        if document.isNull { return [] }
        guard let pairs = document.map else {
            throw document.problem(
                "a recipe must be a map of keys and values, found \(document.found)", remedy: "Write `key: value` lines"
            )
        }
        var names: [String: String] = [:]
        for pair in pairs {
            let key = RecipeKeys.key(pair.key)?.name ?? pair.key
            if let other = names.updateValue(pair.key, forKey: key) {
                throw pair.keyNode.problem(
                    "`\(pair.key)` and `\(other)` are the same key", remedy: "Remove one of the two")
            }
        }
        return pairs
    }

    // MARK: Keys

    /// Takes one key; `folder` completes its paths, nil leaves them.
    private mutating func take(_ name: String, keyNode: Node, _ value: Node, folder: String?) throws {
        let isWord = value.line == nil && folder != nil
        do {
            guard let key = RecipeKeys.key(name) else { return try takeForeign(name, keyNode, value) }
            try key.set(value, in: &reading.recipe)
            reading.origins[key.name] = .init(file: value.file ?? "", line: value.line, column: value.column)
            guard let folder, key.path != nil || key.name == "resume" else { return }
            reading.notes.removeAll { $0.hasPrefix("\(key.name): ") }
            if let note = paths.complete(key, in: &reading.recipe, folder: folder) { reading.notes.append(note) }
            if key.name == "pretrained", value.bool == true {
                reading.notes.append("pretrained: true names no weights; name a file to start a bare model from it")
            }
        } catch var problem as Problem {
            if isWord { problem.exit = .commandLine }
            throw problem
        }
    }

    private mutating func takeForeign(_ name: String, _ keyNode: Node, _ value: Node) throws {
        if try ForeignKeys.ignores(name, value) {
            ignored.append(name)
            if name == "device", !value.isNull, value.text?.lowercased() != "cpu", value.string != "None" {
                reading.notes.append("device: ignored, this program computes on the CPU")
            }
            return
        }
        let near = NearestNames.of(name, among: RecipeKeys.all.map(\.name) + ["include"])
        let remedy =
            near.isEmpty
            ? "See `swift-distill train --help-keys` for all keys"
            : "Perhaps you mean \(near.map { "`\($0)`" }.joined(separator: " or "))"
        throw keyNode.problem("there is no key `\(Node.printable(name))`", remedy: remedy)
    }

    private mutating func finish() throws -> RecipeReading {
        if !ignored.isEmpty {
            let names = Set(ignored).sorted().joined(separator: ", ")
            reading.notes.append("ignored, without effect here: \(names)")
        }
        try reading.check()
        return reading
    }
}
