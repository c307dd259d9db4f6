import Diagnostics

/// Collects the tensors of a model in the order and with the names of its state dictionary.
struct ModuleWalk {
    /// A tensor with its full name.
    struct Item {
        var name: String
        var tensor: TensorRecord
    }

    /// Modules, attributes per module and levels beyond which a file means no model.
    private static let largest = (modules: 20_000, attributes: 2000, depth: 100)

    private let graph: PickleGraph
    private let limits: ReadingLimits
    private let problem: (String) -> Problem
    private(set) var items: [Item] = []
    private var modules = 0
    private var names = Set<String>()

    /// `problem` gives messages the name of the file.
    init(_ graph: PickleGraph, limits: ReadingLimits, problem: @escaping (String) -> Problem) {
        self.graph = graph
        self.limits = limits
        self.problem = problem
    }

    /// Adds the tensors of a module, own ones before those of its children.
    mutating func add(module: PickleValue, prefix: String = "", depth: Int = 0) throws {
        modules += 1
        guard modules <= Self.largest.modules, depth <= Self.largest.depth else {
            throw problem("has more modules than any model")
        }
        guard (graph.pairs(module)?.count ?? 0) <= Self.largest.attributes else {
            throw problem("module '\(prefix)' has more attributes than any module")
        }
        for group in ["_parameters", "_buffers"] {
            for (key, value) in graph.pairs(graph.member(group, of: module)) ?? [] {
                guard case .string(let name) = key, case .tensor(let index) = value else { continue }
                try add(graph.tensors[index], name: prefix + name)
            }
        }
        for (key, child) in graph.pairs(graph.member("_modules", of: module)) ?? [] {
            guard case .string(let name) = key, case .object = child else { continue }
            try add(module: child, prefix: "\(prefix)\(name).", depth: depth + 1)
        }
    }

    /// Adds the tensors of a plain state dictionary; other values are passed over.
    mutating func add(stateDictionary: PickleValue) throws {
        for (key, value) in graph.pairs(stateDictionary) ?? [] {
            guard case .string(let name) = key, case .tensor(let index) = value else { continue }
            try add(graph.tensors[index], name: name)
        }
        let wrapper = "module."
        if !items.isEmpty && items.allSatisfy({ $0.name.hasPrefix(wrapper) }) {
            for index in items.indices { items[index].name.removeFirst(wrapper.count) }
        }
    }

    private mutating func add(_ tensor: TensorRecord, name: String) throws {
        guard names.insert(name).inserted else { throw problem("has two tensors '\(name)'") }
        guard items.count < limits.tensors else { throw problem("has more than \(limits.tensors) tensors") }
        items.append(Item(name: name, tensor: tensor))
    }
}
