import Configuration
import Diagnostics
import Documents
import Foundation

extension DatasetDescription {
    /// A data set file with `path`, `train`, `val`, `names` and `nc`.
    ///
    /// Source: spec of the data sets, section 1. A relative `path` is looked up from the file's folder, then from the
    /// working directory.
    public init(reading file: String, judgingBy split: SplitName = .val) throws {
        let node = try YAML.read(path: file)
        guard node.map != nil else {
            throw node.problem(
                "a data set file is a map, not \(node.found)", remedy: "Write 'train:', 'val:' and 'names:'")
        }
        if let channels = node["channels"], Self.number(channels) != 3 {
            throw channels.problem("pictures have 3 channels here, not \(channels.found)", remedy: "Remove 'channels'")
        }
        let root = try Self.root(node, file: file)
        self.init(
            train: DatasetSplit(places: try Self.places(node, ["train"], root: root, file: file), root: root),
            val: DatasetSplit(
                places: try Self.places(node, split.names, root: root, file: file), root: root),
            names: try Self.names(node, file: file), file: file)
        printedNames = Self.printedNames(node)
        keyPoints = try Self.keyPoints(node)
    }

    /// A number, also one in quotes, as the reference takes it.
    private static func number(_ node: Node) -> Double? {
        node.double ?? node.string.flatMap { Double($0.trimmingCharacters(in: .whitespaces)) }
    }

    /// `kpt_shape` of data sets of the pose task; nil when there is none.
    static func keyPoints(_ node: Node) throws -> KeyPointShape? {
        guard let entry = node["kpt_shape"], !entry.isNull else { return nil }
        let sizes = (entry.list ?? []).compactMap { number($0).flatMap { Int(exactly: $0) } }
        guard let items = entry.list, items.count == 2, sizes.count == 2, (1...mostKeyPoints).contains(sizes[0]),
            (2...3).contains(sizes[1])
        else {
            throw entry.problem(
                "'kpt_shape' is a list of two numbers, not \(entry.found)",
                remedy: "Write 'kpt_shape: [POINTS, NUMBERS]', with 2 or 3 numbers for each of up to "
                    + "\(mostKeyPoints) points")
        }
        return KeyPointShape(count: sizes[0], dimensions: sizes[1])
    }

    private static func root(_ node: Node, file: String) throws -> String {
        let here = FileManager.default.currentDirectoryPath
        let folder = AbsolutePath.of(FilePath.folder(of: file), from: here)
        guard let entry = node["path"], !entry.isNull else { return folder }
        guard let path = entry.string else {
            throw entry.problem("'path' is a folder's name, not \(entry.found)")
        }
        let beside = AbsolutePath.of(path, from: folder)
        let other = AbsolutePath.of(path, from: here)
        return FileSearch.isFolder(beside) || !FileSearch.isFolder(other) ? beside : other
    }

    /// Paths of a split; every one of them exists.
    private static func places(_ node: Node, _ keys: [String], root: String, file: String) throws -> [String] {
        guard let entry = keys.lazy.compactMap({ node[$0] }).first, !entry.isNull else {
            throw Problem("'\(keys[0])' is missing", file: file, remedy: "Add '\(keys[0]): FOLDER'")
        }
        let items = entry.list ?? [entry]
        guard !items.isEmpty else { throw entry.problem("'\(keys[0])' is empty", remedy: "Name a folder") }
        return try items.map { item in
            guard let path = item.string else {
                throw item.problem("'\(keys[0])' is a path or a list of paths, not \(item.found)")
            }
            var candidates = [AbsolutePath.of(path, from: root)]
            if path.hasPrefix("../") { candidates.append(AbsolutePath.of(String(path.dropFirst(3)), from: root)) }
            guard let found = candidates.first(where: FileSearch.exists) else {
                throw item.problem(
                    "there is no folder or file '\(Node.printable(candidates[0], limit: 200))'",
                    remedy: "Correct '\(keys[0])'; relative paths start from \(root)", exit: .missingInput)
            }
            // `…/train` stands for `…/train/images`.
            return FileSearch.isFolder(found + "/images") ? found + "/images" : found
        }
    }

    static func names(_ node: Node, file: String) throws -> [String] {
        var count: Int?
        if let entry = node["nc"] {
            guard let value = number(entry), value == value.rounded(), value >= 1 else {
                throw entry.problem("'nc' is a number of classes, not \(entry.found)")
            }
            guard value <= Double(mostClasses) else { throw tooMany(Node.printable(entry.text ?? ""), entry) }
            count = Int(value)
        }
        guard let entry = node["names"], !entry.isNull else {
            guard let count else {
                throw Problem("'names' and 'nc' are both missing", file: file, remedy: "Add 'names: [first, second]'")
            }
            return (0..<count).map { "class_\($0)" }
        }
        let names = try list(entry)
        guard !names.isEmpty else { throw entry.problem("'names' is empty", remedy: "Name every class") }
        if let count, count != names.count {
            throw entry.problem("\(names.count) names but 'nc' is \(count)", remedy: "Make them agree")
        }
        return names
    }

    private static func tooMany(_ count: String, _ entry: Node) -> Problem {
        entry.problem("\(count) classes are more than \(mostClasses)", remedy: "Correct the number of classes")
    }

    /// Names as a list, or as a map from 0, 1, … in any order; teachers are asked by them, so each comes once.
    private static func list(_ entry: Node) throws -> [String] {
        if let count = entry.list?.count ?? entry.map?.count, count > mostClasses { throw tooMany("\(count)", entry) }
        let nodes = try entry.list ?? numbered(entry)
        var numbers: [String: Int] = [:]
        return try nodes.enumerated().map { number, node in
            guard let name = node.text else { throw node.problem("a class name is a text, not \(node.found)") }
            if let other = numbers.updateValue(number, forKey: name) {
                throw node.problem(
                    "classes \(other) and \(number) are both named '\(Node.printable(name))'",
                    remedy: "Give every class a name of its own")
            }
            return name
        }
    }

    /// What Python prints for the names without quotes that are another type there.
    static func printedNames(_ node: Node) -> [String: String] {
        let nodes = node["names"].map { entry in entry.list ?? (entry.map ?? []).map(\.value) } ?? []
        return nodes.reduce(into: [:]) { printed, node in
            guard node.isPlain, let name = node.text else { return }
            printed[name] = PythonScalar.text(ofPlain: name)
        }
    }

    /// The names of a map, in the order of their numbers.
    private static func numbered(_ entry: Node) throws -> [Node] {
        guard let pairs = entry.map else {
            throw entry.problem("'names' is a list or a map of number to name, not \(entry.found)")
        }
        var names = [Node?](repeating: nil, count: pairs.count)
        for pair in pairs {
            guard let index = Int(pair.key) else {
                throw pair.keyNode.problem("a class number is an integer, not '\(Node.printable(pair.key))'")
            }
            guard names.indices.contains(index) else {
                throw pair.keyNode.problem(
                    "class number \(index), but \(pairs.count) names need 0 to \(pairs.count - 1)",
                    remedy: "Number the classes from 0 without gaps")
            }
            guard names[index] == nil else { throw pair.keyNode.problem("class number \(index) comes twice") }
            names[index] = pair.value
        }
        return names.compactMap { $0 }
    }

    /// The description as YAML, with paths from the folder it is to lie in: both may be moved.
    func text(relativeTo folder: String) -> String {
        func paths(_ split: DatasetSplit) -> Node {
            let nodes = split.places.map { Node(.string(FileSearch.relative($0, to: folder))) }
            return nodes.count == 1 ? nodes[0] : Node(.list(nodes))
        }
        var pairs = [
            Node.Pair("train", paths(train)), Node.Pair("val", paths(val)), Node.Pair("nc", Node(.int(names.count))),
            Node.Pair("names", Node(.list(names.map { Node(.string($0)) }))),
        ]
        if let keyPoints {
            let sizes = [keyPoints.count, keyPoints.dimensions].map { Node(.int($0)) }
            pairs.append(Node.Pair("kpt_shape", Node(.list(sizes))))
        }
        return WrittenMark(namingFile: namingFile).line + "\n" + YAML.text(of: Node(.map(pairs)))
    }
}
