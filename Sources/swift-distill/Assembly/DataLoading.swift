import Collectives
import Configuration
import Datasets
import Diagnostics
import Foundation

/// What a data set says of itself, known to all ranks before any of its images is looked at.
struct DataNaming {
    /// Names of the classes of a run.
    let names: [String]
    /// What Python prints for some of them.
    let printedNames: [String: String]
    /// On rank 0.
    let description: DatasetDescription?

    /// - Parameters:
    ///   - split: images to judge by.
    ///   - print: takes lines for people, on rank 0.
    init(
        _ recipe: Recipe, judgingBy split: SplitName = .val, ranks: any Communicator, print: (String) -> Void
    ) throws {
        description = ranks.rank == 0 ? try DatasetDescription(of: recipe, judgingBy: split) : nil
        description?.notes.forEach(print)
        let text = try ranks.broadcast(description.map { Array(try JSONEncoder().encode($0.names)) } ?? [])
        let printed = try ranks.broadcast(description.map { Array(try JSONEncoder().encode($0.printedNames)) } ?? [])
        printedNames = try JSONDecoder().decode([String: String].self, from: Data(printed))
        names = recipe.singleCls ? ["item"] : try JSONDecoder().decode([String].self, from: Data(text))
    }
}

/// The images of a run: scanned once by rank 0, known to all.
struct DataLoading {
    let names: [String]
    let train: ImageCatalog?
    let val: ImageCatalog
    private let description: DatasetDescription?

    /// Scans the splits and tells every rank what was found.
    ///
    /// - Parameters:
    ///   - naming: of the recipe's data set.
    ///   - training: whether the training split is needed.
    ///   - judging: images to validate on, and whose labels count there.
    ///   - print: takes lines for people, on rank 0.
    ///   - detail: takes lines that are too many for a terminal, on rank 0.
    init(
        _ recipe: Recipe, _ naming: DataNaming, training: Bool, judging: ValidationSettings = ValidationSettings(),
        ranks: any Communicator, print: (String) -> Void, detail: (String) -> Void = { _ in }
    ) throws {
        var parts: [[UInt8]] = [[], []]
        if let description = naming.description {
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
            if training { parts[0] = try scan(description.train, "train", .training).encoded() }
        }
        parts = try parts.map { try ranks.broadcast($0) }
        train = parts[0].isEmpty ? nil : try ImageCatalog(decoding: parts[0])
        val = try ImageCatalog(decoding: parts[1])
        (names, description) = (naming.names, naming.description)
        try train?.checkReachable()
        try val.checkReachable()
    }

    /// Writes the description into a data set that has none, on rank 0, once a run of it begins.
    ///
    /// - Returns: what the user should know of it.
    func describe() -> String? {
        var description = description
        return description?.writeIfMissing()
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
        for note in catalog.report.notes { print("warning: \(note)") }
        let lines = catalog.report.rejections.map { "  rejected \($0)" }
        lines.prefix(mostLines).forEach(print)
        if lines.count > mostLines { print("  … and \(lines.count - mostLines) more") }
        lines.dropFirst(mostLines).forEach(detail)
    }

    /// Digest of everything trained and validated on.
    var digest: String { (train.map { "\($0.digest)-" } ?? "") + "\(val.digest)" }
}
