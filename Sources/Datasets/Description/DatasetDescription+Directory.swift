import Configuration
import Diagnostics
import Documents

extension DatasetDescription {
    /// Folders that hold the training split.
    private static let trainFolders = ["train"]

    /// A directory with `train` and `val` (`valid`, `validation`), each holding `images` beside `labels`; or one whose YAML
    /// file describes another layout.
    static func directory(_ folder: String, judgingBy split: SplitName = .val) throws -> DatasetDescription {
        guard FileSearch.isFolder(folder) else {
            throw Problem(
                "there is no such folder", file: folder,
                remedy: "Correct 'distillation_dataset'; it names a folder with train/images and val/images",
                exit: .missingInput)
        }
        let file = folder + "/" + fileName
        if FileSearch.exists(file) { return try described(by: file, in: folder, judgingBy: split) }
        let train = images(trainFolders, of: folder), val = images(split.names, of: folder)
        let files = try descriptions(in: folder)
        guard let train, let val else {
            // One that only names the classes describes no layout.
            if files.count == 1, try YAML.read(path: files[0])["train"] != nil {
                return try DatasetDescription(reading: files[0], judgingBy: split)
            }
            throw missing(train == nil ? trainFolders : split.names, in: folder, files)
        }
        var result = DatasetDescription(
            train: DatasetSplit(places: [train], root: folder), val: DatasetSplit(places: [val], root: folder),
            names: wildfireNames, file: nil)
        result.directory = folder
        try result.findNames(in: folder, files)
        return result
    }

    /// The description that the directory holds; what this program assumed or took over there gives way to its source.
    private static func described(
        by file: String, in folder: String, judgingBy split: SplitName
    ) throws -> DatasetDescription {
        var result = try DatasetDescription(reading: file, judgingBy: split)
        guard let mark = WrittenMark(of: file) else { return result }
        if let name = mark.namingFile {
            let source = folder + "/" + name
            guard FileSearch.exists(source) else { return result }
            let names = try Self.names(try YAML.read(path: source), file: source)
            guard names != result.names else { return result }
            throw Problem(
                "its classes (\(list(result.names))) were those of \(source), which names others now (\(list(names)))",
                file: file,
                remedy: "Remove this file when \(name) is right, or its first line when its own classes are")
        }
        // Whoever changed the names has named the classes.
        guard result.names == wildfireNames else { return result }
        result.namingFile = nil
        try result.findNames(in: folder, try descriptions(in: folder))
        return result
    }

    /// YAML files in the directory that may describe it: those of usual names, else the only one there is, or the one named
    /// as the directory.
    private static func descriptions(in folder: String) throws -> [String] {
        let files = try FileSearch.children(of: folder).filter { !$0.isFolder && $0.name != fileName }.map(\.name)
        let usual = ["data.yaml", "data.yml", "dataset.yaml"].filter(files.contains)
        if let first = usual.first { return [folder + "/" + first] }
        let all = files.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted()
        let own = folder.split(separator: "/").last.map { name in all.filter { $0 == "\(name).yaml" } } ?? []
        return (own.isEmpty ? all : own).map { folder + "/" + $0 }
    }

    /// Takes the names of the classes from a file that other programs left in the directory; its paths may be theirs alone.
    private mutating func findNames(in folder: String, _ files: [String]) throws {
        for file in files where files.count == 1 {
            let node = try YAML.read(path: file)
            guard node["names"].map({ !$0.isNull }) ?? (node["nc"] != nil) else { continue }
            names = try Self.names(node, file: file)
            printedNames = Self.printedNames(node)
            keyPoints = try Self.keyPoints(node)
            namingFile = file
            notes.append("classes \(Self.list(names)), as \(file) names them")
            return
        }
        notes.append(
            "warning: nothing in \(folder) names the classes: \(Self.list(names)) are assumed; if they are others, write "
                + "'train', 'val' and 'names' into \(folder)/\(Self.fileName)")
    }

    /// The classes, of many only the first.
    static func list(_ names: [String]) -> String {
        let first = names.prefix(20).map { Node.printable($0) }.joined(separator: ", ")
        return names.count > 20 ? "\(first), … (\(names.count) in all)" : first
    }

    /// The folder of images of the first of these splits that exists.
    private static func images(_ names: [String], of folder: String) -> String? {
        names.map { "\(folder)/\($0)/images" }.first(where: FileSearch.isFolder)
    }

    private static func missing(_ names: [String], in folder: String, _ files: [String]) -> Problem {
        let layout = "A data set has train/images, train/labels, val/images and val/labels"
        return Problem(
            "there is no folder \(names.map { "\($0)/images" }.joined(separator: ", "))", file: folder,
            remedy: files.isEmpty ? layout : "\(layout), or a file that describes it: data=\(files[0])",
            exit: .missingInput)
    }
}
