import Diagnostics
import Documents

/// What a PyTorch checkpoint says about a model, read without executing anything of it.
public struct TorchCheckpoint: Sendable {
    /// Tensors of the model (of its moving average where the file has one) in the order of its state dictionary,
    /// buffers of whole numbers included.
    public let weights: [(name: String, weight: Weight)]
    /// Classes and plain attributes of the model's modules by their places in its tree; none for weights alone.
    public let modules: [String: (type: String, attributes: [String: Node])]
    /// The layer table that the model was built from.
    public let table: Node?
    /// Class names by class.
    public let names: [Int: String]?
    /// Number of classes.
    public let classCount: Int?
    /// Pixels per cell of each level of the head.
    public let strides: [Float]?
    /// What is known of the training.
    public let record: TrainingRecord
    /// The last finished epoch, counted from 0; nil when the training is over or the file does not say.
    public let epoch: Int?
    /// Whether the state of the optimizer is absent, as in a file after the end of its training.
    public let isStripped: Bool

    /// Reads a `.pt` file.
    ///
    /// - Throws: `Problem` naming the file when it is missing, damaged, holds no model, or its pickle asks for anything
    ///   but the constructors that checkpoints need.
    public init(contentsOf path: String) throws {
        try self.init(path, limits: ReadingLimits())
    }

    init(_ path: String, limits: ReadingLimits) throws {
        let file = try InputFile(path)
        try FileKind.of(file).require(.archive, path: path)
        let archive = try TorchArchive(path, fileSize: file.size, limits: limits)
        let graph = archive.graph
        let model = try TorchModel(archive, limits: limits)
        let walk = try model.walk()
        modules = walk.modules
        weights = try walk.items.map { item in
            (item.name, try Self.weight(archive.entry(item.tensor, name: item.name), item.name, archive))
        }
        table = try model.table()
        names = try model.classNames()
        classCount = model.classCount(table)
        strides = try model.strides().map {
            try Self.weight(archive.entry($0, name: "stride"), "stride", archive).values
        }
        record = try Self.record(archive, limits: limits, options: model.options)
        if case .int(let number) = graph.member("epoch", of: graph.root), number >= 0 {
            epoch = number
        } else {
            epoch = nil
        }
        isStripped = [nil, PickleValue.none].contains(graph.member("optimizer", of: graph.root))
    }

    private static func weight(
        _ entry: SafeTensors.Entry, _ name: String, _ archive: TorchArchive
    ) throws -> Weight {
        guard let weight = Weight(entry) else { throw archive.problem("tensor '\(name)' holds no numbers") }
        return weight
    }

    private static func record(
        _ archive: TorchArchive, limits: ReadingLimits, options: () throws -> Node?
    ) throws -> TrainingRecord {
        let graph = archive.graph
        func node(_ key: String) throws -> Node? {
            guard let member = graph.member(key, of: graph.root), graph.pairs(member) != nil else { return nil }
            return try graph.node(member, limits: limits, problem: archive.problem)
        }
        func text(_ key: String) -> String? {
            if case .string(let text) = graph.member(key, of: graph.root) { text } else { nil }
        }
        var record = TrainingRecord()
        record.arguments = try node("train_args") ?? options()
        record.metrics = try node("train_metrics")
        record.results = try node("train_results")
        record.date = text("date")
        record.license = text("license")
        record.recipeDigest = text("recipe_digest")
        return record
    }
}
