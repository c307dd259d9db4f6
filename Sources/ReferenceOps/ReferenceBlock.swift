import Foundation

/// The numbers that a formula takes from a model, by name, and the place in the tree of names that it is at.
public struct ReferenceWeights {
    /// All numbers, convolutions as `[outputs][kernelHeight][kernelWidth][inputs / groups]`.
    public var values: [String: [Double]]
    /// Whether BatchNorm normalises with the running statistics instead of those of the batch.
    public var usesRunningStatistics: Bool
    private var path = ""

    /// The root of some numbers.
    public init(_ values: [String: [Double]], usesRunningStatistics: Bool) {
        self.values = values
        self.usesRunningStatistics = usesRunningStatistics
    }

    /// The numbers of a name at this place.
    public subscript(name: String) -> [Double] {
        guard let found = values[path + name] else { fatalError("no weights \(path)\(name)") }
        return found
    }

    /// The place of a child.
    public static func / (weights: ReferenceWeights, name: String) -> ReferenceWeights {
        var child = weights
        child.path += name + "."
        return child
    }

    /// The place of a numbered child.
    public static func / (weights: ReferenceWeights, index: Int) -> ReferenceWeights { weights / String(index) }
}

/// Layers with weights.
extension ReferenceMap {
    /// Convolution with the weights, and the bias if given.
    public func convolved(
        _ weights: [Double], outputs: Int, kernel: Int, stride: Int = 1, padding: Int? = nil, groups: Int = 1,
        bias: [Double]? = nil
    ) -> ReferenceMap {
        let convolution = ReferenceConvolution(
            input: (n, height, width, channels), outputs: outputs, kernel: (kernel, kernel), stride: stride,
            padding: padding ?? kernel / 2, groups: groups, dilation: 1)
        let sums = ReferenceMap(
            n, convolution.extent.height, convolution.extent.width, outputs,
            convolution.forward(values, weights: weights))
        guard let bias else { return sums }
        return sums.map { $0 + bias[$1] }
    }

    /// Mean and variance (divisor: the number of pixels) of every channel.
    public var statistics: (mean: [Double], variance: [Double]) {
        let count = Double(pixels)
        var mean = [Double](repeating: 0, count: channels)
        for (i, value) in values.enumerated() { mean[i % channels] += value / count }
        var variance = [Double](repeating: 0, count: channels)
        for (i, value) in values.enumerated() {
            let distance = value - mean[i % channels]
            variance[i % channels] += distance * distance / count
        }
        return (mean, variance)
    }

    /// `weight · (x − mean) / √(variance + epsilon) + bias`, with the statistics of the batch or the running ones.
    public func normalized(_ weights: ReferenceWeights, epsilon: Double = 1e-3) -> ReferenceMap {
        let (mean, variance) =
            weights.usesRunningStatistics ? (weights["running_mean"], weights["running_var"]) : statistics
        let (scale, shift) = (weights["weight"], weights["bias"])
        return map { scale[$1] * ($0 - mean[$1]) / (variance[$1] + epsilon).squareRoot() + shift[$1] }
    }

    /// Convolution without bias, BatchNorm and an activation; outputs are as many as there are weights for.
    public func block(
        _ weights: ReferenceWeights, kernel: Int = 1, stride: Int = 1, padding: Int? = nil, groups: Int = 1,
        epsilon: Double = 1e-3, activation: (Double) -> Double = { $0 / (1 + exp(-$0)) }
    ) -> ReferenceMap {
        let sums = convolved(
            (weights / "conv")["weight"], outputs: (weights / "bn")["weight"].count, kernel: kernel, stride: stride,
            padding: padding, groups: groups)
        return sums.normalized(weights / "bn", epsilon: epsilon).map { value, _ in activation(value) }
    }
}
