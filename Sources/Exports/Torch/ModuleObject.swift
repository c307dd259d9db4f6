import Checkpoints
import Documents

/// A module of PyTorch as a pickle has it: a class by its name, and the attributes that every module has.
///
/// Source: the attributes that `torch.nn.Module` gives its objects, in their order.
struct ModuleObject {
    /// Full name of the class, such as `torch.nn.modules.conv.Conv2d`.
    let type: String
    var parameters: [(String, PickleTree)] = []
    var buffers: [(String, PickleTree)] = []
    var children: [(String, ModuleObject)] = []
    /// What the class adds.
    var attributes: [(String, PickleTree)] = []

    init(_ type: String, _ attributes: [(String, PickleTree)] = [], children: [(String, ModuleObject)] = []) {
        self.type = type
        self.attributes = attributes
        self.children = children
    }

    /// `ModuleList` or `Sequential`.
    static func numbered(_ type: String, _ items: [ModuleObject]) -> ModuleObject {
        ModuleObject(
            "torch.nn.modules.container.\(type)", children: items.enumerated().map { (String($0.offset), $0.element) })
    }

    private static let hooks = [
        "_forward_hooks", "_forward_hooks_with_kwargs", "_forward_hooks_always_called", "_forward_pre_hooks",
        "_forward_pre_hooks_with_kwargs", "_state_dict_hooks", "_state_dict_pre_hooks", "_load_state_dict_pre_hooks",
        "_load_state_dict_post_hooks",
    ]

    /// The object and everything below it.
    var tree: PickleTree {
        var pairs: [(String, PickleTree)] = [
            ("training", false), ("_parameters", .named(parameters)), ("_buffers", .named(buffers)),
            ("_non_persistent_buffers_set", .emptySet), ("_backward_pre_hooks", .orderedDictionary),
            ("_backward_hooks", .orderedDictionary), ("_is_full_backward_hook", .none),
        ]
        pairs += Self.hooks.map { ($0, .orderedDictionary) }
        pairs.append(("_modules", .named(children.map { ($0.0, $0.1.tree) })))
        pairs += attributes
        let (module, name) = Self.split(type)
        return .object(
            .global(module: module, name: name), pairs.map { (key: .string($0.0), value: $0.1) })
    }

    private static func split(_ type: String) -> (String, String) {
        let parts = type.split(separator: ".")
        return (parts.dropLast().joined(separator: "."), parts.last.map(String.init) ?? "")
    }
}

extension PickleTree {
    /// A document's value.
    init(_ node: Node) {
        switch node.kind {
        case .null: self = .none
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .double(let value): self = .double(value)
        case .string(let value): self = .string(value)
        case .list(let items): self = .list(items.map { PickleTree($0) })
        case .map(let pairs):
            self = .dictionary(pairs.map { (key: PickleTree($0.keyNode), value: PickleTree($0.value)) })
        }
    }

    static func pair(_ value: Int) -> PickleTree { .tuple([.int(value), .int(value)]) }
}
