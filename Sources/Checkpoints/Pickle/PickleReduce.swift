import Diagnostics

extension PickleReader {
    /// What calling `function` would give, when that is a known constructor.
    ///
    /// - Throws: `Problem` naming any other function.
    mutating func reduce(_ function: GlobalName, _ arguments: PickleValue) throws -> PickleValue {
        guard let kind = Constructors.kind(function) else { throw refusal(function) }
        guard case .tuple(let index) = arguments else { throw input.problem("calls a constructor without arguments") }
        let parts = graph.sequences[index]
        switch kind {
        case .tensor: return try tensor(parts)
        case .firstArgument:
            guard let first = parts.first else { throw input.problem("calls a constructor without arguments") }
            return first
        case .indirect:
            guard parts.count >= 3, case .global(let target) = parts[0],
                let inner = Constructors.kind(graph.globals[target]), inner != .indirect
            else { throw input.problem("rebuilds a tensor in an unknown way") }
            return try reduce(graph.globals[target], parts[2])
        case .dictionary: return try dictionary()
        case .list:
            let elements = graph.elements(parts.first) ?? []
            try charge(elements.count)
            return try list(elements)
        case .record: return try object(function, arguments)
        }
    }

    private mutating func tensor(_ parts: [PickleValue]) throws -> PickleValue {
        guard parts.count >= 4, case .storage(let storage) = parts[0], case .int(let offset) = parts[1],
            let shape = integers(parts[2]), let strides = integers(parts[3]), shape.count == strides.count
        else { throw input.problem("describes a tensor in an unknown way") }
        try pay(PickleCost.tensor)
        graph.tensors.append(
            TensorRecord(storage: graph.storages[storage], offset: offset, shape: shape, strides: strides))
        return .tensor(graph.tensors.count - 1)
    }

    private static let mostDimensions = 64

    private func integers(_ value: PickleValue) -> [Int]? {
        guard let elements = graph.elements(value), elements.count <= Self.mostDimensions else { return nil }
        let integers = elements.compactMap { element in if case .int(let number) = element { number } else { nil } }
        return integers.count == elements.count ? integers : nil
    }
}
