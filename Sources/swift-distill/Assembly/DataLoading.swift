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
            let description = try DatasetDescription(of: recipe)
            for note in description.notes { try print(note) }
            func scan(_ split: DatasetSplit, _ name: String, _ purpose: SplitPurpose) throws -> [UInt8] {
                // The other ranks wait for the whole scan: they are told that it goes on.
                let catalog = try ImageCatalog(
                    scanning: split, classes: description.names, purpose: purpose, recipe: recipe
                ) { ranks.report(phase: "scan", step: $0) }
                try DataLoading.report(catalog, name, print)
                return catalog.encoded()
            }
            parts[1] = try scan(description.val, "val", .validation)
            if training { parts[0] = try scan(description.train, "train", .training) }
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
