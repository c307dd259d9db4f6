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
    /// What its label files have behind each box; nil when that is nothing.
    public var keyPoints: KeyPointShape?
    /// What Python prints for names that a file has without quotes and that are another type there: the field's models are
    /// called that.
    public var printedNames: [String: String] = [:]
    /// The file that describes it; nil when there is none.
    public var file: String?
    /// The file that names the classes; nil when nothing does and they are assumed.
    public var namingFile: String?
    /// The directory that is described; nil when a file was named.
    var directory: String?
    /// What the user should know, one sentence each.
    public var notes: [String] = []

    /// Name of the description that a data set directory holds.
    public static let fileName = "distillation_data.yaml"

    /// Classes of a directory that says nothing about them.
    public static let wildfireNames = ["FireBSI", "LightningBSI", "PersonBSI", "SmokeBSI", "VehicleBSI"]

    /// Classes that a description may have; no honest one comes near.
    public static let mostClasses = 10_000

    /// Key points that an object may have; no honest one comes near.
    static let mostKeyPoints = 10_000

    /// The data set of a recipe: `data` when set, else `distillation_dataset`.
    ///
    /// - Parameter split: the images to judge by.
    /// - Throws: `Problem` naming what is missing.
    public init(of recipe: Recipe, judgingBy split: SplitName = .val) throws {
        let here = FileManager.default.currentDirectoryPath
        if !recipe.data.isEmpty {
            let file = AbsolutePath.of(recipe.data, from: here)
            guard FileSearch.exists(file) else {
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
            return "wrote \(path): classes \(Self.list(names))"
        } catch {
            unlink(temporary)
            return "\(path) cannot be written; going on with classes \(Self.list(names))"
        }
    }
}
