import Collectives
import Configuration
import Datasets
import Diagnostics
import Foundation

/// The images of a run: scanned once by rank 0, known to all.
struct DataLoading {
    let names: [String]
    let train: ImageCatalog?
    let val: ImageCatalog

    /// Scans the splits and tells every rank what was found.
    ///
    /// - Parameters:
    ///   - training: whether the training split is needed.
    ///   - print: takes lines for people, on rank 0.
    init(_ recipe: Recipe, training: Bool, ranks: any Communicator, print: (String) throws -> Void) throws {
        var parts: [[UInt8]] = [[], [], []]
        if ranks.rank == 0 {
            let folder = FileManager.default.currentDirectoryPath
            let description = try DatasetDescription(of: recipe, configFolder: folder, writes: true)
            for note in description.notes { try print(note) }
            let val = try ImageCatalog(
                scanning: description.val, classes: description.names, purpose: .validation, recipe: recipe)
            try DataLoading.report(val, "val", print)
            parts[1] = val.encoded()
            if training {
                let train = try ImageCatalog(
                    scanning: description.train, classes: description.names, purpose: .training, recipe: recipe)
                try DataLoading.report(train, "train", print)
                parts[0] = train.encoded()
            }
            parts[2] = Array(try JSONEncoder().encode(description.names))
        }
        parts = try parts.map { try ranks.broadcast($0) }
        train = parts[0].isEmpty ? nil : try ImageCatalog(decoding: parts[0])
        val = try ImageCatalog(decoding: parts[1])
        names = recipe.singleCls ? ["item"] : try JSONDecoder().decode([String].self, from: Data(parts[2]))
        try train?.checkReachable()
        try val.checkReachable()
    }

    private static func report(_ catalog: ImageCatalog, _ split: String, _ print: (String) throws -> Void) throws {
        try print("\(split): \(catalog.root): \(catalog.report.summary)")
        for rejection in catalog.report.rejections { try print("  rejected \(rejection)") }
    }

    /// Digest of everything trained and validated on.
    var digest: String { (train.map { "\($0.digest)-" } ?? "") + "\(val.digest)" }
}
