import Collectives
import Configuration
import Datasets
import Diagnostics
import Foundation

/// The images of a run: scanned once by rank 0, known to all.
struct DataLoading {
    let names: [String]
    /// What Python prints for some of them.
    let printedNames: [String: String]
    let train: ImageCatalog?
    let val: ImageCatalog

    /// Scans the splits and tells every rank what was found.
    ///
    /// - Parameters:
    ///   - training: whether the training split is needed.
    ///   - judging: images to validate on, and whose labels count there.
    ///   - print: takes lines for people, on rank 0.
    ///   - detail: takes lines that are too many for a terminal, on rank 0.
    init(
        _ recipe: Recipe, training: Bool, judging: ValidationSettings = ValidationSettings(),
        ranks: any Communicator, print: (String) -> Void,
        detail: (String) -> Void = { _ in }
    ) throws {
        var parts: [[UInt8]] = [[], [], [], []]
        if ranks.rank == 0 {
            var description = try DatasetDescription(of: recipe, judgingBy: judging.split)
            description.notes.forEach(print)
            let wanted = try ClassChoice.indices(judging.classes, among: description.names, of: "the data set")
            func scan(_ split: DatasetSplit, _ name: String, _ purpose: SplitPurpose) throws -> ImageCatalog {
                // The other ranks wait for the whole scan: they are told that it goes on.
                let catalog = try ImageCatalog(
                    scanning: split, of: description, purpose: purpose, recipe: recipe,
                    wanted: purpose == .validation ? wanted : nil
                ) { ranks.report(phase: "scan", step: $0) }
                DataLoading.report(catalog, "\(name): \(DataLoading.place(of: split))", print, detail)
                try catalog.checkMostAccepted(split)
                return catalog
            }
            let val = try scan(description.val, judging.split.rawValue, .validation)
            if wanted != nil, val.report.backgrounds == val.count {
                throw Problem(
                    "no image has an object of the classes \(judging.classes.joined(separator: ", "))",
                    file: DataLoading.place(of: description.val), remedy: "Choose other `classes`", exit: .commandLine)
            }
            if recipe.val || !training { try val.checkObjects(description.val, .validation) }
            parts[1] = val.encoded()
            if training {
                parts[0] = try scan(description.train, "train", .training).encoded()
                if let note = description.writeIfMissing() { print(note) }
            }
            parts[2] = Array(try JSONEncoder().encode(description.names))
            parts[3] = Array(try JSONEncoder().encode(description.printedNames))
        }
        parts = try parts.map { try ranks.broadcast($0) }
        train = parts[0].isEmpty ? nil : try ImageCatalog(decoding: parts[0])
        val = try ImageCatalog(decoding: parts[1])
        names = recipe.singleCls ? ["item"] : try JSONDecoder().decode([String].self, from: Data(parts[2]))
        printedNames = try JSONDecoder().decode([String: String].self, from: Data(parts[3]))
        try train?.checkReachable()
        try val.checkReachable()
    }

    /// Folders and lists that the images come from.
    private static func place(of split: DatasetSplit) -> String {
        let more = split.places.count - 1
        return (split.places.first ?? split.root) + (more > 0 ? " and \(counted(more, "other place"))" : "")
    }

    private static let mostLines = 10

    private static func report(
        _ catalog: ImageCatalog, _ title: String, _ print: (String) -> Void, _ detail: (String) -> Void
    ) {
        print("\(title): \(catalog.report.summary)")
        let lines = catalog.report.rejections.map { "  rejected \($0)" }
        lines.prefix(mostLines).forEach(print)
        if lines.count > mostLines { print("  … and \(lines.count - mostLines) more") }
        lines.dropFirst(mostLines).forEach(detail)
    }

    /// Digest of everything trained and validated on.
    var digest: String { (train.map { "\($0.digest)-" } ?? "") + "\(val.digest)" }
}
