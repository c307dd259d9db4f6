import Checkpoints
import Diagnostics
import Documents
import Layers
import Models

/// A model on its way from one file to another: exact weights in the order of the state dictionary, and all that is known.
public struct ExportedModel: Sendable {
    /// The architecture.
    public let table: LayerTable
    /// The architecture as a document, with everything the file said in it.
    public let document: Node
    /// Class names, one for every row of the head.
    public let names: [String]
    /// In the order of the state dictionary.
    public let weights: [(name: String, weight: Weight)]
    /// Pixels per cell of each level of the head.
    public let strides: [Int]
    /// What sides of images are multiples of.
    public let sideMultiple: Int
    /// Channels inside the class branches.
    public let classWidth: Int
    /// Side of the training's images, or height and width.
    public let imageSize: [Int]?
    /// What is known of the training.
    public var record: TrainingRecord
    /// What was found in the file and has no place in the model, and what had to be rounded.
    public let notes: [String]
    let entries: [String: Weight]
    /// As the field's classes describe them.
    let modules: FieldModule

    /// - Parameter path: the file in messages.
    /// - Throws: `Problem` when the file carries no layer table, or its weights do not fit it.
    public init(_ file: ModelFile, path: String) throws {
        guard let document = file.table else {
            throw Problem(
                "carries no layer table, so that its architecture is not known", file: path,
                remedy: "Use a detection model: a .pt of Ultralytics, or a .safetensors of this program")
        }
        let stored = try StoredModel(
            table: document, weights: file.weights.mapValues { ($0.shape, $0.values) }, modules: file.modules,
            strides: file.strides, file: path)
        table = stored.table
        let rows = stored.weights.values["model.\(table.rows.count - 1).cv3.0.2.bias"]?.shape.first ?? table.classCount
        let known = file.names ?? []
        names = (0..<max(rows, 1)).map { $0 < known.count ? known[$0] : "class_\($0)" }
        let model = try stored.detector(
            classNames: names, rows: Dictionary(uniqueKeysWithValues: names.indices.map { ($0, $0) }))
        let origins = stored.weights.origins
        weights = try model.weights.entries.map { entry in
            let origin = origins[entry.name].flatMap { $0.count == 1 ? file.weights[$0[0]] : nil }
            return (entry.name, try ExportedModel.exact(entry, of: model.weights, origin, path: path))
        }
        modules = model.modules
        entries = Dictionary(uniqueKeysWithValues: weights.map { ($0.name, $0.weight) })
        strides = model.strides
        sideMultiple = model.sideMultiple
        classWidth = model.classWidth
        imageSize = file.imageSize
        record = file.record
        self.document = ExportedModel.completed(document, table, classCount: names.count)
        let used = weights.flatMap { origins[$0.name] ?? [] }
        notes = stored.notes + ExportedModel.notes(on: file, used: Set(used), kept: weights)
    }

    /// A detector of these weights.
    public func detector() throws -> Detector {
        let model = try Detector(table: table, classNames: names, classWidth: classWidth)
        let rows = Dictionary(uniqueKeysWithValues: names.indices.map { ($0, $0) })
        try model.load(entries.mapValues { ($0.shape, $0.values) }, rows: rows, file: "the model")
        return model
    }

    /// The file's own values, where a tensor is taken as the file has it; else those of the model.
    private static func exact(
        _ entry: Weights.Entry, of weights: Weights, _ origin: Weight?, path: String
    ) throws -> Weight {
        var weight = origin ?? Weight(shape: entry.shape, values: weights.read(entry))
        if case .counter = entry.content {
            weight.integers = weight.integers ?? [Weights.steps(weight.values.first ?? 0)]
            return weight
        }
        guard weight.values.allSatisfy(\.isFinite) else {
            throw Problem(
                "`\(entry.name)` has values that are not finite", file: path,
                remedy: "Use a checkpoint from before the training diverged")
        }
        return weight
    }

    private static func notes(
        on file: ModelFile, used: Set<String>, kept: [(name: String, weight: Weight)]
    ) -> [String] {
        var notes: [String] = []
        let foreign = file.weightNames.filter { !used.contains($0) }
        if let first = foreign.first {
            let count = counted(foreign.count, "tensor")
            notes.append("\(count) without a place in this architecture stay behind: \(Node.printable(first)), …")
        }
        if let wide = kept.first(where: { $0.weight.type == "F64" }) {
            notes.append("64-bit weights are rounded to 32 bits: \(wide.name), …")
        }
        return notes
    }

    /// What the field's programs look for in a layer table.
    private static func completed(_ document: Node, _ table: LayerTable, classCount: Int) -> Node {
        var pairs = document.map ?? []
        func set(_ key: String, _ value: Node) {
            if let place = pairs.firstIndex(where: { $0.key == key }) {
                pairs[place].value = value
            } else {
                pairs.append(Node.Pair(key, value))
            }
        }
        set("nc", Node(.int(classCount)))
        for pair in table.styleEntries { set(pair.key, pair.value) }
        if document["activation"] != nil { set("activation", Node(.string(table.activation))) }
        if document["channels"] == nil { set("channels", Node(.int(3))) }
        if document["scale"] == nil, let scale = table.scale { set("scale", Node(.string(scale))) }
        if document["yaml_file"] == nil { set("yaml_file", Node(.string("\(table.architecture).yaml"))) }
        return Node(.map(pairs))
    }
}

extension ExportedModel {
    /// Whether half precision holds every weight exactly, as it does where they came from such a file.
    public var fitsHalf: Bool {
        weights.allSatisfy { _, weight in
            weight.integers != nil || weight.values.allSatisfy { Float(Float16($0)).bitPattern == $0.bitPattern }
        }
    }

    /// How many tensors stand at the same place in another model with the same name, shape and bits.
    public func tensors(sameAs other: ExportedModel) -> Int {
        var count = 0
        for (own, found) in zip(weights, other.weights) where own.name == found.name {
            let (a, b) = (own.weight, found.weight)
            guard a.shape == b.shape, a.integers == b.integers, a.values.count == b.values.count else { continue }
            let same = a.values.withUnsafeBytes { first in
                b.values.withUnsafeBytes { second in first.elementsEqual(second) }
            }
            if same { count += 1 }
        }
        return count
    }

    /// A tensor for a file.
    ///
    /// - Parameter half: 16-bit floats, values beyond their range becoming the largest; else 32-bit.
    func entry(_ weight: Weight, half: Bool) -> SafeTensors.Entry {
        if let integers = weight.integers { return .init(ints: integers, shape: weight.shape) }
        guard half else { return .init(floats: weight.values, shape: weight.shape) }
        return .init(halvesOf: weight.values.map(\.withinHalf), shape: weight.shape)
    }

    /// The model as a safetensors file with everything that is known about it.
    public func safeTensors(half: Bool, program: String) -> SafeTensors {
        var texts = ModelFile.metadata(
            table: document, names: names, strides: strides.map { Float($0) }, imageSize: imageSize, record: record)
        texts["task"] = "detect"
        texts["architecture"] = table.architecture
        texts["scale"] = table.scale
        texts["reg_max"] = String(Detector.bins)
        texts["nc"] = String(names.count)
        texts["program"] = program
        let pairs = weights.map { ($0.name, entry($0.weight, half: half)) }
        return SafeTensors(entries: Dictionary(uniqueKeysWithValues: pairs), metadata: texts)
    }
}

extension Float {
    /// The value, or the largest of its sign that 16 bits hold.
    var withinHalf: Float {
        let limit = Float(Float16.greatestFiniteMagnitude)
        return min(max(self, -limit), limit)
    }
}
