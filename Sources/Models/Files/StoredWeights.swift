import Diagnostics
import Documents
import Layers

/// Weights of a file in the form of a model's state dictionary: under its names, put together where a file keeps their parts,
/// and with the BatchNorm that was folded into convolutions.
public struct StoredWeights {
    /// By the model's names; what has no place in it keeps its own.
    public private(set) var values: NamedWeights = [:]
    /// The tensors of the file that each was made of; one that is taken as it is has one.
    public private(set) var origins: [String: [String]] = [:]
    /// What users should know.
    public private(set) var notes: [String] = []
    private let file: String

    /// - Throws: `Problem` when the file has weights in parts that cannot be put together.
    public init(_ source: NamedWeights, table: LayerTable, file: String) throws {
        self.file = file
        let expected = try Problem.within(file) { try table.weightNames() }
        let prefix = try NamePrefix(of: source, expected: expected, file: file).text
        rename(source, prefix)
        for name in expected where values[name] == nil { try combine(name) }
        unfold(expected, variance: 1 - Float(table.style.epsilon))
    }

    private mutating func rename(_ source: NamedWeights, _ prefix: String) {
        for (name, weight) in source where prefix == NamePrefix.usual || !name.hasPrefix(prefix) {
            values[name] = weight
            origins[name] = [name]
        }
        if prefix == NamePrefix.usual { return }
        for (name, weight) in source where name.hasPrefix(prefix) {
            let own = NamePrefix.usual + name.dropFirst(prefix.count)
            values[own] = weight
            origins[own] = [name]
        }
        let words = prefix.isEmpty ? "the names are those of the list of layers" : "'\(prefix)' stands before all names"
        notes.append("\(words), read as '\(NamePrefix.usual)'")
    }

    // MARK: Parts

    /// Makes a weight of the parts that pruning and parametrisations of PyTorch leave in its place.
    private mutating func combine(_ name: String) throws {
        guard let dot = name.lastIndex(of: ".") else { return }
        let (place, last) = (name[..<dot], name[name.index(after: dot)...])
        let parametrized = "\(place).parametrizations.\(last).original"
        if let magnitude = values[name + "_g"], let direction = values[name + "_v"] {
            try take(name, from: [name + "_g", name + "_v"], normalized(direction, to: magnitude, name))
        } else if let magnitude = values[parametrized + "0"], let direction = values[parametrized + "1"] {
            try take(name, from: [parametrized + "0", parametrized + "1"], normalized(direction, to: magnitude, name))
        } else if let weight = values[name + "_orig"], let mask = values[name + "_mask"] {
            guard weight.shape == mask.shape else { throw incomplete(name) }
            let product = zip(weight.values, mask.values).map { $0 * $1 }
            try take(name, from: [name + "_orig", name + "_mask"], (weight.shape, product))
        } else if values[name + "_orig"] != nil || values[parametrized] != nil || values[parametrized + "0"] != nil {
            throw incomplete(name)
        }
    }

    private mutating func take(
        _ name: String, from parts: [String], _ weight: (shape: [Int], values: [Float])
    ) throws {
        values[name] = weight
        origins[name] = parts.flatMap { origins[$0] ?? [] }
        for part in parts {
            values[part] = nil
            origins[part] = nil
        }
        let kind =
            parts[0].hasSuffix("_orig")
            ? "masks of pruning are applied" : "weights are put together from their weight norm"
        if !notes.contains(kind) { notes.append(kind) }
    }

    /// `g · v / ‖v‖`, the norm over all dimensions in which g has one value.
    ///
    /// Source: Salimans and Kingma, arXiv:1602.07868.
    private func normalized(
        _ direction: (shape: [Int], values: [Float]), to magnitude: (shape: [Int], values: [Float]), _ name: String
    ) throws -> (shape: [Int], values: [Float]) {
        let shape = direction.shape
        let count = magnitude.values.count
        let axis = magnitude.shape.firstIndex { $0 > 1 } ?? 0
        let isWhole = count == 1 && (shape.first != 1 || magnitude.shape.isEmpty)
        guard isWhole || (magnitude.shape.count == shape.count && axis < shape.count && shape[axis] == count) else {
            throw incomplete(name)
        }
        let inner = isWhole ? 1 : shape[(axis + 1)...].reduce(1, *)
        func group(_ place: Int) -> Int { isWhole ? 0 : place / inner % count }
        var squares = [Double](repeating: 0, count: count)
        for (place, value) in direction.values.enumerated() { squares[group(place)] += Double(value) * Double(value) }
        let scales = zip(magnitude.values, squares).map { Double($0) / $1.squareRoot() }
        let values = direction.values.enumerated().map { place, value in Float(Double(value) * scales[group(place)]) }
        return (shape, values)
    }

    private func incomplete(_ name: String) -> Problem {
        Problem(
            "has `\(name)` in parts that only their own program puts together", file: file,
            remedy: "Remove parametrisations and pruning (torch.nn.utils.parametrize.remove_parametrizations, "
                + "torch.nn.utils.prune.remove) and save the model again")
    }

    // MARK: Folded BatchNorm

    /// A BatchNorm that only adds the bias of its convolution, in place of each that was folded away: what comes out is the
    /// same, and can be trained.
    ///
    /// - Parameter variance: which with BatchNorm's constant makes 1.
    private mutating func unfold(_ expected: [String], variance: Float) {
        var count = 0
        for name in expected where name.hasSuffix(".bn.weight") && values[name] == nil {
            let place = name.dropLast(".bn.weight".count)
            let folded = "\(place).conv.bias"
            guard let bias = values[folded], let origin = origins[folded] else { continue }
            let channels = bias.values.count
            func constant(_ part: String, _ value: Float) {
                values["\(place).bn.\(part)"] = (bias.shape, [Float](repeating: value, count: channels))
            }
            constant("weight", 1)
            constant("running_mean", 0)
            constant("running_var", variance)
            values["\(place).bn.num_batches_tracked"] = ([], [0])
            values["\(place).bn.bias"] = bias
            origins["\(place).bn.bias"] = origin
            values[folded] = nil
            origins[folded] = nil
            count += 1
        }
        if count > 0 {
            notes.append("BatchNorm is folded in; \(counted(count, "convolution")) get one that changes nothing")
        }
    }
}

extension LayerTable {
    /// Names of a model's state dictionary, in its order.
    ///
    /// - Throws: `Problem` naming the row that cannot be built.
    func weightNames() throws -> [String] {
        // Without values, which large models would fill memory with.
        let weights = Weights()
        var builder = LayerBuilder(table: self, weights: weights)
        _ = try builder.build(classCount: classCount, classWidth: nil)
        return weights.entries.map(\.name)
    }
}
