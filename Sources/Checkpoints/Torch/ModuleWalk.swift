import Diagnostics
import Documents

/// Collects the tensors of a model in the order and with the names of its state dictionary.
struct ModuleWalk {
    /// A tensor with its full name.
    struct Item {
        var name: String
        var tensor: TensorRecord
    }

    /// Modules, parts of a module of one kind and levels beyond which a file means no model.
    private static let largest = (modules: 20_000, attributes: 2000, depth: 100)

    private let archive: TorchArchive
    private let graph: PickleGraph
    private let limits: ReadingLimits
    private(set) var items: [Item] = []
    /// What the modules say of themselves, by their places in the tree.
    private(set) var modules: [String: (type: String, attributes: [String: Node])] = [:]
    private var count = 0
    private var attributeCount = 0
    private var names = Set<String>()

    init(_ archive: TorchArchive, limits: ReadingLimits) {
        self.archive = archive
        self.graph = archive.graph
        self.limits = limits
    }

    /// Adds the tensors of a module, own ones before those of its children.
    mutating func add(module: PickleValue, prefix: String = "", depth: Int = 0) throws {
        count += 1
        guard count <= Self.largest.modules, depth <= Self.largest.depth else {
            throw archive.problem("has more modules than any model")
        }
        if depth > 0 { try describe(module, prefix) }
        // Buffers named in this set are no part of a state dictionary.
        let passing = graph.elements(try member("_non_persistent_buffers_set", of: module, prefix)) ?? []
        for group in ["_parameters", "_buffers"] {
            for (key, value) in graph.pairs(try member(group, of: module, prefix)) ?? [] {
                guard case .string(let name) = key, !passing.contains(key) else { continue }
                if case .object(let index) = value {
                    throw archive.problem(
                        "has `\(prefix)\(name)` made by \(graph.objects[index].type), which is no plain tensor")
                }
                guard case .tensor(let index) = value else { continue }
                try add(graph.tensors[index], name: prefix + name)
            }
        }
        for (key, child) in graph.pairs(try member("_modules", of: module, prefix)) ?? [] {
            guard case .string(let name) = key, case .object = child else { continue }
            try add(module: child, prefix: "\(prefix)\(name).", depth: depth + 1)
        }
    }

    /// An attribute, when neither it nor its module is so large that going through it again and again would never end.
    private func member(_ name: String, of module: PickleValue, _ prefix: String) throws -> PickleValue? {
        let attributes = graph.pairs(module)?.count ?? 0
        let member = attributes <= Self.largest.attributes ? graph.member(name, of: module) : nil
        let parts = graph.pairs(member)?.count ?? graph.elements(member)?.count ?? 0
        guard max(attributes, parts) <= Self.largest.attributes else {
            throw archive.problem("has more parts in module '\(prefix)' than any module")
        }
        return member
    }

    /// Adds the tensors of a plain state dictionary; other values are passed over.
    mutating func add(stateDictionary: PickleValue) throws {
        for (key, value) in graph.pairs(stateDictionary) ?? [] {
            guard case .string(let name) = key, case .tensor(let index) = value else { continue }
            try add(graph.tensors[index], name: name)
        }
    }

    /// Longest list of an attribute that means anything to a module's arithmetic.
    private static let longestAttribute = 8

    /// Keeps the class of a module and its plain attributes.
    private mutating func describe(_ module: PickleValue, _ prefix: String) throws {
        guard case .object(let index) = module else { return }
        var attributes: [String: Node] = [:]
        let pairs = graph.pairs(module) ?? []
        attributeCount += pairs.count
        guard attributeCount <= limits.attributes else { throw archive.problem("has more attributes than any model") }
        for (key, value) in pairs {
            guard case .string(let name) = key, !name.hasPrefix("_") else { continue }
            let elements = graph.elements(value)
            guard
                elements.map({ $0.count <= Self.longestAttribute && $0.allSatisfy(Self.isPlain) })
                    ?? Self.isPlain(value)
            else { continue }
            attributes[name] = try graph.node(value, limits: limits, problem: archive.problem)
        }
        modules[String(prefix.dropLast())] = (graph.objects[index].type.description, attributes)
    }

    private static func isPlain(_ value: PickleValue) -> Bool {
        switch value {
        case .none, .bool, .int, .double: true
        case .string(let text): text.utf8.count < 200
        default: false
        }
    }

    private mutating func add(_ tensor: TensorRecord, name: String) throws {
        guard names.insert(name).inserted else { throw archive.problem("has two tensors '\(name)'") }
        guard items.count < limits.tensors else { throw archive.problem("has more than \(limits.tensors) tensors") }
        items.append(Item(name: name, tensor: tensor))
    }
}
