import Diagnostics

/// Builds the tree from events with a stack of its own, counting before it grows: a document can neither exhaust memory through
/// aliases nor the call stack through nesting.
struct Composer {
    /// A list or map that is still open.
    private struct Open {
        var node: Node
        var isMap: Bool
        var anchor: String?
        var items: [Node] = []
        var pairs: [Node.Pair] = []
        var key: Node?
        var keyIsMerge = false
        var seen: [String: Int] = [:]
        var merged: [Node] = []
        var size = 1
        var height = 1
    }

    /// A finished value, with the number of nodes in it and the lists and maps inside each other.
    private struct Finished {
        var node: Node
        var size = 1
        var height = 0
        var isMergeKey = false
    }

    private let file: String
    private var open: [Open] = []
    private var anchors: [String: Finished] = [:]
    private var nodes = 0
    private var aliases = 0
    private var documents = 0
    private(set) var document: Node?

    init(file: String) { self.file = file }

    mutating func take(_ event: Event) throws {
        switch event.kind {
        case .documentStart:
            documents += 1
            guard documents == 1 else {
                throw problem(
                    "there is a second document in this file", event, "Keep one document, without `---` inside")
            }
        case .scalar(let text, let plain): try takeScalar(text, plain: plain, event)
        case .alias(let name): try takeAlias(name, event)
        case .listStart: try start(event, isMap: false)
        case .mapStart: try start(event, isMap: true)
        case .listEnd, .mapEnd: try end()
        }
    }

    // MARK: Events

    private mutating func takeScalar(_ text: String, plain: Bool, _ event: Event) throws {
        try count(1, event)
        let kind = try scalar(text, plain: plain, event)
        let isPlain = plain && event.tag == nil
        let node = Node(kind, text: text, isPlain: isPlain, file: file, line: event.line, column: event.column)
        let finished = Finished(node: node, isMergeKey: isPlain && text == "<<")
        if let anchor = event.anchor { anchors[anchor] = finished }
        try add(finished)
    }

    private func scalar(_ text: String, plain: Bool, _ event: Event) throws -> Node.Kind {
        guard let tag = event.tag else { return plain ? Scalars.resolve(text) : .string(text) }
        let resolved = Scalars.resolve(text)
        switch (tag, resolved) {
        case ("tag:yaml.org,2002:str", _), ("!", _): return .string(text)
        case ("tag:yaml.org,2002:int", .int), ("tag:yaml.org,2002:float", .double), ("tag:yaml.org,2002:bool", .bool),
            ("tag:yaml.org,2002:null", .null):
            return resolved
        case ("tag:yaml.org,2002:float", .int(let value)): return .double(Double(value))
        default: throw unknownTag(tag, event)
        }
    }

    private mutating func takeAlias(_ name: String, _ event: Event) throws {
        aliases += 1
        guard aliases <= DocumentLimits.aliases else {
            throw problem("more than \(DocumentLimits.aliases) aliases", event, "Write the values out")
        }
        guard let target = anchors[name] else {
            let inside = open.contains { $0.anchor == name }
            let why = inside ? "contains itself" : "has no anchor '&\(name)' before it"
            throw problem("the alias '*\(name)' \(why)", event, "Write the value out")
        }
        try count(target.size, event)
        try checkDepth(open.count + target.height, event)
        try add(target)
    }

    private mutating func start(_ event: Event, isMap: Bool) throws {
        try count(1, event)
        try checkDepth(open.count + 1, event)
        let expected = isMap ? "tag:yaml.org,2002:map" : "tag:yaml.org,2002:seq"
        if let tag = event.tag, tag != "!", tag != expected { throw unknownTag(tag, event) }
        if let anchor = event.anchor { anchors[anchor] = nil }
        let node = Node(isMap ? .map([]) : .list([]), file: file, line: event.line, column: event.column)
        open.append(Open(node: node, isMap: isMap, anchor: event.anchor))
    }

    private mutating func end() throws {
        var closed = open.removeLast()
        if closed.isMap { try merge(&closed) }
        closed.node.kind = closed.isMap ? .map(closed.pairs) : .list(closed.items)
        let finished = Finished(node: closed.node, size: closed.size, height: closed.height)
        if let anchor = closed.anchor { anchors[anchor] = finished }
        try add(finished)
    }

    // MARK: Values

    private mutating func add(_ value: Finished) throws {
        guard !open.isEmpty else {
            document = value.node
            return
        }
        let last = open.count - 1
        open[last].size += value.size
        open[last].height = max(open[last].height, value.height + 1)
        guard open[last].isMap else { return open[last].items.append(value.node) }
        guard let key = open[last].key else { return try addKey(value) }
        open[last].key = nil
        if open[last].keyIsMerge {
            open[last].merged.append(value.node)
        } else {
            open[last].pairs.append(Node.Pair(keyNode: key, value: value.node))
        }
    }

    private mutating func addKey(_ key: Finished) throws {
        let last = open.count - 1
        guard let text = key.node.text else {
            throw key.node.problem("a key cannot be a list or a map", remedy: "Use a word or a number as key")
        }
        if let line = open[last].seen[text] {
            throw key.node.problem(
                "the key '\(Node.printable(text))' stands twice in the same map, first in line \(line)",
                remedy: "Remove one of the two")
        }
        open[last].seen[text] = key.node.line ?? 0
        open[last].key = key.node
        open[last].keyIsMerge = key.isMergeKey
    }

    /// Adds what `<<` brings and the map does not say itself; of several maps the earlier wins.
    private func merge(_ map: inout Open) throws {
        for source in map.merged {
            for part in source.list ?? [source] {
                guard case .map(let pairs) = part.kind else {
                    throw source.problem(
                        "the merge key '<<' needs a map, found \(part.found)",
                        remedy: "Name an anchor of a map, as in `<<: *base`")
                }
                for pair in pairs where map.seen.updateValue(0, forKey: pair.key) == nil { map.pairs.append(pair) }
            }
        }
    }

    // MARK: Limits

    private mutating func count(_ size: Int, _ event: Event) throws {
        nodes += size
        guard nodes <= DocumentLimits.nodes else {
            throw problem("more than \(DocumentLimits.nodes) values", event, "Check that this is the file you mean")
        }
    }

    private func checkDepth(_ depth: Int, _ event: Event) throws {
        guard depth <= DocumentLimits.depth else {
            throw problem(
                "more than \(DocumentLimits.depth) lists and maps inside each other", event, "Flatten the document")
        }
    }

    private func unknownTag(_ tag: String, _ event: Event) -> Problem {
        problem("the tag '\(Node.printable(tag))' is not understood here", event, "Remove the tag")
    }

    private func problem(_ message: String, _ event: Event, _ remedy: String) -> Problem {
        Problem(message, file: file, line: event.line, column: event.column, remedy: remedy)
    }
}
