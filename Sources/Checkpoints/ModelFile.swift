import Diagnostics
import Documents

/// A model on disk, whatever format it has: weights, and what is known about how to build it.
///
/// In a safetensors file the layer table and the class names are JSON texts in the metadata keys `table` and `names`
/// (a list), the strides a list in `strides`, and the image size of the training a list in `imgsz`.
public struct ModelFile: Sendable {
    /// Tensors by name.
    public var weights: [String: Weight]
    /// Names of the tensors: as in the state dictionary of a `.pt`, sorted otherwise.
    public var weightNames: [String]
    /// What a `.pt` says of its modules, by their places in the tree: class, and attributes that are plain values.
    public var modules: [String: (type: String, attributes: [String: Node])] = [:]
    /// The layer table.
    public var table: Node?
    /// Class names, the first class first.
    public var names: [String]?
    /// Number of classes.
    public var classCount: Int?
    /// Pixels per cell of each level of the head.
    public var strides: [Float]?
    /// What is known of the training that made the model.
    public var record = TrainingRecord()
    /// Side of the training's images, or height and width.
    public private(set) var imageSize: [Int]?
    /// Texts of a safetensors file.
    public var metadata: [String: String]

    /// Reads a `.pt` or a safetensors file, told apart by their first bytes.
    ///
    /// - Throws: `Problem` naming the file when it is missing, damaged, neither of both, or asks for anything that
    ///   reading a model must not do.
    public static func read(_ path: String) throws -> ModelFile {
        let kind = try FileKind.of(try InputFile(path))
        let file: ModelFile
        if kind == .archive {
            file = try ModelFile(TorchCheckpoint(contentsOf: path), path: path)
        } else {
            try kind.require(.safetensors, path: path)
            file = try ModelFile(SafeTensors(contentsOf: path), path: path)
        }
        try file.checkTypes(path: path)
        try file.checkClassRows(path: path)
        return file
    }

    /// Throws when weights are whole numbers: those of a quantised model mean nothing without their scales.
    private func checkTypes(path: String) throws {
        for name in weightNames where !name.hasSuffix("num_batches_tracked") {
            guard let type = weights[name]?.type, weights[name]?.integers != nil else { continue }
            throw Problem(
                "has tensor '\(name)' of whole numbers (\(type)), which are no weights to compute with", file: path,
                remedy: "Use the model from before it was quantised, in 32 or 16 bits")
        }
    }

    /// Throws when classes are named that the head has no rows for: whoever looks for a class by its name takes the row of
    /// its number.
    private func checkClassRows(path: String) throws {
        guard let names else { return }
        for (name, weight) in weights {
            // The last convolutions of the class branches: `model.<layer>.cv3.<level>.2.…`.
            let parts = name.split(separator: ".")
            guard parts.count == 6, parts[0] == "model", parts[2] == "cv3", parts[4] == "2" else { continue }
            let rows = weight.shape.first ?? 0
            guard names.count <= rows else {
                throw Problem(
                    "has \(names.count) class names but \(rows) class rows", file: path,
                    remedy: "Use weights that were trained on the classes they name")
            }
        }
    }

    init(_ checkpoint: TorchCheckpoint, path: String) throws {
        weights = Dictionary(uniqueKeysWithValues: checkpoint.weights.map { ($0.name, $0.weight) })
        weightNames = checkpoint.weights.map(\.name)
        modules = checkpoint.modules
        table = checkpoint.table
        classCount = checkpoint.classCount
        strides = checkpoint.strides
        record = checkpoint.record
        metadata = [:]
        imageSize = Self.imageSize(record.arguments?["imgsz"])
        if let names = checkpoint.names {
            let ordered = (0..<names.count).compactMap { names[$0] }
            guard ordered.count == names.count else {
                throw Problem(
                    "has class names whose numbers leave gaps", file: path, remedy: "Number the classes from 0")
            }
            self.names = ordered
        }
    }

    /// The model in a safetensors file that was read already; `path` appears in messages.
    public init(_ tensors: SafeTensors, path: String) throws {
        let entries = try Self.model(in: tensors, path: path)
        weights = [:]
        weightNames = entries.keys.sorted()
        for (name, entry) in entries {
            guard let weight = Weight(entry) else {
                throw Problem(
                    "has tensor '\(name)' of type \(entry.type), which holds no weights", file: path,
                    remedy: "Save the weights as F32, F16 or BF16")
            }
            weights[name] = weight
        }
        metadata = tensors.metadata
        table = try Self.json("table", in: metadata, path: path)
        names = try Self.list("names", in: metadata, path: path) { $0.string }
        strides = try Self.list("strides", in: metadata, path: path) { $0.double.map { Float($0) } }
        classCount = names?.count ?? table?["nc"]?.int
        imageSize = Self.imageSize(try Self.json("imgsz", in: metadata, path: path))
        record = try TrainingRecord(metadata: metadata, path: path)
    }

    /// One or two sides that a network could have; nil for anything else.
    private static func imageSize(_ node: Node?) -> [Int]? {
        guard let node else { return nil }
        var sides: [Int] = []
        if let side = node.int { sides = [side] }
        if let list = node.list { for item in list { sides.append(item.int ?? 0) } }
        guard sides.count == 1 || sides.count == 2 else { return nil }
        for side in sides where side < 32 || side > 8192 { return nil }
        return sides
    }

    /// The tensors of the model in a file; in a checkpoint these are the averaged weights.
    private static func model(in tensors: SafeTensors, path: String) throws -> [String: SafeTensors.Entry] {
        guard tensors.metadata["format"] == checkpointFormat else { return tensors.entries }
        try tensors.checkSeal(path: path)
        let averaged = tensors.entries.filter { $0.key.hasPrefix(averagePrefix) }
        let pairs = averaged.map { (String($0.key.dropFirst(averagePrefix.count)), $0.value) }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    static func json(_ key: String, in metadata: [String: String], path: String) throws -> Node? {
        guard let text = metadata[key] else { return nil }
        do {
            return try YAML.parse(text, file: path)
        } catch let problem as Problem {
            throw Problem(
                "has unreadable JSON in its metadata '\(key)': \(problem.message)", file: path,
                remedy: "Write the file again")
        }
    }

    private static func list<Value>(
        _ key: String, in metadata: [String: String], path: String, _ value: (Node) -> Value?
    ) throws -> [Value]? {
        guard let node = try json(key, in: metadata, path: path) else { return nil }
        let items = node.list?.map(value)
        guard let items, !items.contains(where: { $0 == nil }) else {
            throw Problem(
                "has something else than a list in its metadata '\(key)'", file: path, remedy: "Write the file again")
        }
        return items.compactMap { $0 }
    }
}

extension ModelFile {
    /// What the metadata `format` of a training checkpoint says; such a file holds more than one model.
    public static let checkpointFormat = "swift-distill checkpoint"
    /// What the names of the averaged weights begin with in a checkpoint.
    public static let averagePrefix = "ema."

    /// Metadata of a safetensors file from which `read` gets table, class names, strides and image size back.
    public static func metadata(
        table: Node?, names: [String]?, strides: [Float]?, imageSize: [Int]? = nil,
        record: TrainingRecord = TrainingRecord()
    ) -> [String: String] {
        var metadata = record.metadata
        metadata["table"] = table?.json
        metadata["names"] = names.map { Node(.list($0.map { Node(.string($0)) })).json }
        metadata["strides"] = strides.map { Node(.list($0.map { Node(.double(Double($0))) })).json }
        metadata["imgsz"] = imageSize.map { "\($0)" }
        return metadata
    }
}

extension Node {
    /// The value as JSON; keys become texts, numbers that JSON lacks become null.
    var json: String {
        switch kind {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        case .double(let value): value.isFinite ? "\(value)" : "null"
        case .string(let value): value.quotedAsJSON
        case .list(let items): "[\(items.map(\.json).joined(separator: ","))]"
        case .map(let pairs): "{\(pairs.map { "\($0.key.quotedAsJSON):\($0.value.json)" }.joined(separator: ","))}"
        }
    }
}
