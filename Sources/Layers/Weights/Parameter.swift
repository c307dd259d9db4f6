/// A named range of a model's weights that training changes.
public final class Parameter {
    /// Decides about weight decay and warm-up, as the reference's optimizer groups do.
    public enum Kind: Sendable { case weight, norm, bias }

    /// As in the field's state dictionaries, such as `model.0.conv.weight`.
    public let name: String
    /// The group it belongs to: convolution weights decay, BatchNorm weights and all biases do not.
    public let kind: Kind
    /// Place in the flat values and gradients.
    public let range: Range<Int>
    /// A frozen parameter keeps its value, and so do the running statistics of its layer.
    public internal(set) var isFrozen = false
    private unowned let weights: Weights

    init(name: String, kind: Kind, range: Range<Int>, weights: Weights) {
        self.name = name
        self.kind = kind
        self.range = range
        self.weights = weights
    }

    /// The current values.
    public var values: UnsafeMutablePointer<Float> { weights.values.pointer + range.lowerBound }
    /// Where the gradient adds up.
    public var gradient: UnsafeMutablePointer<Float> { weights.gradients.pointer + range.lowerBound }
    /// The version of the weights this parameter belongs to.
    public var version: Int { weights.version }
}

/// A named running statistic of a BatchNorm: not trained, but tracked.
public final class Statistic {
    /// As in the field's state dictionaries, such as `model.0.bn.running_mean`.
    let name: String
    /// Share of a step's statistic in the running one.
    let momentum: Float
    private let offset: Int
    private let count: Int
    private unowned let weights: Weights

    init(name: String, offset: Int, count: Int, momentum: Float, weights: Weights) {
        self.momentum = momentum
        self.name = name
        self.offset = offset
        self.count = count
        self.weights = weights
    }

    /// Place in the flat values; in the flat gradients the same place holds the batch's statistic.
    public var range: Range<Int> { weights.parameterCount + offset..<weights.parameterCount + offset + count }
    /// The running values.
    public var values: [Float] {
        Array(UnsafeBufferPointer(start: weights.values.pointer + range.lowerBound, count: count))
    }

    /// Leaves the statistic of the batch at hand where the sum over shards will find it.
    public func observe(_ batch: [Float]) {
        precondition(batch.count == count, "\(name): \(batch.count) values for \(count) channels")
        for (i, value) in batch.enumerated() { weights.gradients.pointer[range.lowerBound + i] = value }
    }
}
