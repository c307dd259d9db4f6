import Configuration
import Diagnostics
import Documents
import Foundation

/// Where the images of a split are.
public struct DatasetSplit: Equatable, Sendable {
    /// Absolute paths of folders that are searched, or of text files with one path per line.
    public var places: [String]
    /// Absolute folder that the images' names are relative to.
    public var root: String

    /// A split of its parts.
    public init(places: [String], root: String) {
        self.places = places
        self.root = root
    }
}

/// A data set: its splits and its classes.
public struct DatasetDescription: Equatable, Sendable {
    /// Images to learn from.
    public var train: DatasetSplit
    /// Images to judge by.
    public var val: DatasetSplit
    /// Names of the classes, in order of their numbers.
    public var names: [String]
    /// What Python prints for names that a file has without quotes and that are another type there: the field's models are
    /// called that.
    public var printedNames: [String: String] = [:]
    /// The file that describes it; nil when there is none.
    public var file: String?
    /// The file that names the classes; nil when nothing does and they are assumed.
    public var namingFile: String?
    /// The directory that is described; nil when a file was named.
    private var directory: String?
    /// What the user should know, one sentence each.
    public var notes: [String] = []

    /// Name of the description that a data set directory holds.
    public static let fileName = "distillation_data.yaml"

    /// Classes of a directory that says nothing about them.
    public static let wildfireNames = ["FireBSI", "LightningBSI", "PersonBSI", "SmokeBSI", "VehicleBSI"]

    /// Classes that a description may have; no honest one comes near.
    public static let mostClasses = 10_000

    /// The data set of a recipe: `data` when set, else `distillation_dataset`.
    ///
    /// - Parameter split: the images to judge by.
    /// - Throws: `Problem` naming what is missing.
    public init(of recipe: Recipe, judgingBy split: SplitName = .val) throws {
        let here = FileManager.default.currentDirectoryPath
        if !recipe.data.isEmpty {
            let file = AbsolutePath.of(recipe.data, from: here)
            guard FileManager.default.fileExists(atPath: file) else {
                throw Problem(
                    "there is no such data set file", file: file, remedy: "Correct 'data'", exit: .missingInput)
            }
            // A directory under `data` means the same as under `distillation_dataset`.
            self =
                FileSearch.isFolder(file)
                ? try Self.directory(file, judgingBy: split) : try Self(reading: file, judgingBy: split)
        } else if !recipe.distillationDataset.isEmpty {
            self = try Self.directory(AbsolutePath.of(recipe.distillationDataset, from: here), judgingBy: split)
        } else {
            throw Problem(
                "the recipe names no data set",
                remedy: "Set 'distillation_dataset' to a folder or 'data' to a data set file", exit: .missingInput)
        }
    }

    init(train: DatasetSplit, val: DatasetSplit, names: [String], file: String?) {
        self.train = train
        self.val = val
        self.names = names
        self.file = file
        namingFile = file
    }
}

extension DatasetDescription {
    /// A directory with `train` and `val` (`valid`, `validation`), each holding `images` beside `labels`.
    static func directory(_ folder: String, judgingBy split: SplitName = .val) throws -> DatasetDescription {
        guard FileSearch.isFolder(folder) else {
            throw Problem(
                "there is no such folder", file: folder,
                remedy: "Correct 'distillation_dataset'; it names a folder with train/images and val/images",
                exit: .missingInput)
        }
        let file = folder + "/" + fileName
        if FileManager.default.fileExists(atPath: file) {
            return try DatasetDescription(reading: file, judgingBy: split)
        }
        var result = DatasetDescription(
            train: DatasetSplit(places: [try images(["train"], of: folder)], root: folder),
            val: DatasetSplit(places: [try images(split.names, of: folder)], root: folder),
            names: wildfireNames, file: nil)
        result.directory = folder
        try result.findNames(in: folder)
        return result
    }

    /// Takes the names of the classes from a file that other programs left in the directory; its paths may be theirs alone.
    private mutating func findNames(in folder: String) throws {
        for name in ["data.yaml", "data.yml", "dataset.yaml"] {
            let file = folder + "/" + name
            guard FileManager.default.fileExists(atPath: file) else { continue }
            let node = try YAML.read(path: file)
            guard node["names"].map({ !$0.isNull }) ?? (node["nc"] != nil) else { continue }
            names = try Self.names(node, file: file)
            printedNames = Self.printedNames(node)
            namingFile = file
            notes.append("classes \(list), as \(file) names them")
            return
        }
        notes.append(
            "warning: nothing in \(folder) names the classes: \(list) are assumed; if they are others, write "
                + "'train', 'val' and 'names' into \(folder)/\(Self.fileName)")
    }

    /// The classes, of many only the first.
    private var list: String {
        let first = names.prefix(20).map { Node.printable($0) }.joined(separator: ", ")
        return names.count > 20 ? "\(first), … (\(names.count) in all)" : first
    }

    /// The folder of images of the first of these splits that exists.
    private static func images(_ names: [String], of folder: String) throws -> String {
        for name in names {
            let path = "\(folder)/\(name)/images"
            if FileSearch.isFolder(path) { return path }
        }
        throw Problem(
            "there is no folder \(names.map { "\($0)/images" }.joined(separator: ", "))", file: folder,
            remedy: "A data set has train/images, train/labels, val/images and val/labels", exit: .missingInput)
    }

    /// Writes the description into a directory that has none, whole or not at all: by one rank, once the images are known
    /// to be usable. Returns what the user should know of it.
    ///
    /// A directory that cannot be written to only costs the file.
    public mutating func writeIfMissing() -> String? {
        guard file == nil, let directory else { return nil }
        let path = directory + "/" + Self.fileName
        let temporary = "\(path).\(getpid()).tmp"
        do {
            try Data(text(relativeTo: directory).utf8).write(to: URL(filePath: temporary))
            // Unlike a rename, a link never replaces what someone else wrote in between.
            let linked = link(temporary, path) == 0
            if !linked, errno != EEXIST, rename(temporary, path) != 0 { throw CocoaError(.fileWriteUnknown) }
            unlink(temporary)
            file = path
            return "wrote \(path): classes \(list)"
        } catch {
            unlink(temporary)
            return "\(path) cannot be written; going on with classes \(list)"
        }
    }
}
