import Diagnostics
import Documents

/// The model inside a checkpoint: which of its objects it is, and what that says about itself.
struct TorchModel {
    /// Attributes and tensors of the model: an object, or a plain state dictionary.
    let value: PickleValue
    private let archive: TorchArchive
    private let limits: ReadingLimits
    private var graph: PickleGraph { archive.graph }

    /// Classes that only hold the model, and under which name.
    private static let wrappers = [
        "DistillationModel": "student_model", "DataParallel": "module", "DistributedDataParallel": "module",
        "OptimizedModule": "_orig_mod", "ModelEMA": "ema",
    ]

    /// Looks for `ema`, `model`, `state_dict`, or for the tensors themselves.
    ///
    /// - Throws: `Problem` when the file holds no model.
    init(_ archive: TorchArchive, limits: ReadingLimits) throws {
        self.archive = archive
        self.limits = limits
        let graph = archive.graph
        let places = ["ema", "model", "state_dict", "model_state_dict"].map { graph.member($0, of: graph.root) }
        for place in places + [graph.root] {
            guard let place, let found = Self.model(place, graph) else { continue }
            value = found
            return
        }
        throw Problem(
            "holds neither a model nor weights", file: archive.path,
            remedy: "Give a checkpoint with a 'model', an 'ema' or a state dictionary")
    }

    private static func model(_ value: PickleValue, _ graph: PickleGraph) -> PickleValue? {
        var value = value
        for _ in 0..<wrappers.count {
            guard let name = graph.className(value), let inner = wrappers[name] else { break }
            guard
                let next = graph.member(inner, of: graph.member("_modules", of: value))
                    ?? graph.member(inner, of: value)
            else { return nil }
            value = next
        }
        if case .object = value { return graph.member("_modules", of: value) == nil ? nil : value }
        let isTensors = graph.pairs(value)?.contains { if case .tensor = $0.value { true } else { false } }
        return isTensors == true ? value : nil
    }

    /// The tensors in the order of the state dictionary, and the modules that they belong to.
    func walk() throws -> ModuleWalk {
        var walk = ModuleWalk(archive, limits: limits)
        if case .object = value {
            try walk.add(module: value)
        } else {
            try walk.add(stateDictionary: value)
        }
        guard !walk.items.isEmpty else { throw archive.problem("holds a model without any weights") }
        return walk
    }

    /// The layer table.
    func table() throws -> Node? { try map("yaml") }

    /// The options that the model remembers of its training.
    func options() throws -> Node? { try map("args") }

    private func map(_ name: String) throws -> Node? {
        guard let member = graph.member(name, of: value), graph.pairs(member) != nil else { return nil }
        return try graph.node(member, limits: limits, problem: archive.problem)
    }

    /// Number of classes.
    func classCount(_ table: Node?) -> Int? {
        if case .int(let count) = graph.member("nc", of: value) { return count }
        return table?["nc"]?.int
    }

    /// Class names by class: from a dictionary with numbers as keys, or from a list.
    func classNames() throws -> [Int: String]? {
        guard let member = graph.member("names", of: value) else { return nil }
        var names: [Int: String] = [:]
        let (elements, pairs) = (graph.elements(member) ?? [], graph.pairs(member) ?? [])
        guard elements.count + pairs.count <= limits.classes else {
            throw archive.problem("has more than \(limits.classes) class names")
        }
        for (index, element) in elements.enumerated() { names[index] = Self.name(element) }
        for (key, element) in pairs {
            guard let name = Self.name(element) else { continue }
            if case .int(let index) = key { names[index] = name }
            if case .string(let text) = key, let index = Int(text) { names[index] = name }
        }
        return names.isEmpty ? nil : names
    }

    /// A name as Python prints it: data set files whose names were read as something else have made models.
    private static func name(_ value: PickleValue) -> String? {
        switch value {
        case .string(let name): name
        case .bool(let value): PythonScalar.text(value)
        case .int(let value): String(value)
        case .double(let value): PythonScalar.text(value)
        case .none: "None"
        default: nil
        }
    }

    /// The tensor `stride` of the model.
    func strides() -> TensorRecord? {
        if case .tensor(let index) = graph.member("stride", of: value) { graph.tensors[index] } else { nil }
    }
}
