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
    /// The file that describes it; nil when none exists and none could be written.
    public var file: String?
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
    /// A missing description is written into the directory, so this is for one rank only.
    public init(of recipe: Recipe) throws {
        let here = FileManager.default.currentDirectoryPath
        if !recipe.data.isEmpty {
            let file = AbsolutePath.of(recipe.data, from: here)
            guard FileManager.default.fileExists(atPath: file) else {
                throw Problem(
                    "there is no such data set file", file: file, remedy: "Correct 'data'", exit: .missingInput)
            }
            // A directory under `data` means the same as under `distillation_dataset`.
            self = FileSearch.isFolder(file) ? try Self.directory(file) : try Self(reading: file)
        } else if !recipe.distillationDataset.isEmpty {
            self = try Self.directory(AbsolutePath.of(recipe.distillationDataset, from: here))
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
    }
}

extension DatasetDescription {
    /// A directory with `train` and `val` (`valid`, `validation`), each holding `images` beside `labels`.
    static func directory(_ folder: String) throws -> DatasetDescription {
        guard FileSearch.isFolder(folder) else {
            throw Problem(
                "there is no such folder", file: folder,
                remedy: "Correct 'distillation_dataset'; it names a folder with train/images and val/images",
                exit: .missingInput)
        }
        let file = folder + "/" + fileName
        if FileManager.default.fileExists(atPath: file) { return try DatasetDescription(reading: file) }
        var result = DatasetDescription(
            train: DatasetSplit(places: [try images(["train"], of: folder)], root: folder),
            val: DatasetSplit(places: [try images(["val", "valid", "validation"], of: folder)], root: folder),
            names: wildfireNames, file: nil)
        result.write(to: file)
        return result
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

    /// Writes the description, whole or not at all. A directory that cannot be written to only costs the file.
    private mutating func write(to path: String) {
        let temporary = "\(path).\(getpid()).tmp"
        do {
            try Data(text.utf8).write(to: URL(filePath: temporary))
            // Unlike a rename, a link never replaces what someone else wrote in between.
            let linked = link(temporary, path) == 0
            if !linked, errno != EEXIST, rename(temporary, path) != 0 { throw CocoaError(.fileWriteUnknown) }
            unlink(temporary)
            file = path
            notes.append("wrote \(path): classes \(names.joined(separator: ", "))")
        } catch {
            unlink(temporary)
            notes.append("\(path) cannot be written; going on with classes \(names.joined(separator: ", "))")
        }
    }
}
