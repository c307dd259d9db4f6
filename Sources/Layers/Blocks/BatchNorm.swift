import Tensors

/// The weights of a BatchNorm over channels, and the statistics that it keeps.
///
/// Source: Ioffe and Szegedy, arXiv:1502.03167.
struct BatchNorm {
    let weight: Parameter
    let bias: Parameter
    let mean: Statistic
    let variance: Statistic
    private let epsilon: Float

    init(_ channels: Int, style: ConvStyle, in scope: WeightScope) {
        epsilon = Float(style.epsilon)
        let momentum = Float(style.momentum)
        weight = scope.parameter("weight", [channels], .norm, .constant(1))
        bias = scope.parameter("bias", [channels], .bias, .constant(0))
        mean = scope.statistic("running_mean", count: channels, initial: 0, momentum: momentum)
        variance = scope.statistic("running_var", count: channels, initial: 1, momentum: momentum)
        scope.counter("num_batches_tracked")
    }

    /// Normalisation with the running statistics.
    var running: Normalization {
        Normalization(
            mean: mean.values, variance: variance.values, weight: weight.values, bias: bias.values,
            epsilon: epsilon)
    }

    /// Normalisation with the statistics of a batch, which are also left for the running ones.
    func observing(_ moments: Moments) -> Normalization {
        let channels = moments.mean.indices
        let means = moments.mean.map { Float($0) }
        mean.observe(means)
        variance.observe(channels.map { Float(moments.unbiasedVariance($0)) })
        return Normalization(
            mean: means, variance: channels.map { Float(moments.biasedVariance($0)) }, weight: weight.values,
            bias: bias.values, epsilon: epsilon)
    }
}

extension Weights {
    /// Moves the running statistics towards those of an accepted step; layers that are frozen keep theirs.
    ///
    /// - Parameters:
    ///   - sums: laid out as the gradients, with each statistic summed over shards.
    ///   - share: 1 / number of shards that had images.
    public func commitBatchStatistics(_ sums: FlatBuffer, share: Float) {
        let frozen = Set(parameters.filter(\.isFrozen).compactMap { Weights.layer($0.name) })
        for entry in entries {
            guard case .statistic(let statistic) = entry.content else { continue }
            if let layer = Weights.layer(entry.name), frozen.contains(layer) { continue }
            for i in statistic.range {
                let batch = sums.pointer[i] * share
                values.pointer[i] += statistic.momentum * (batch - values.pointer[i])
            }
        }
        stepsTracked += 1
        didChange()
    }

    /// The statistics that the last forward pass observed, and their place in the gradients.
    public var observedStatistics: [Float] {
        Array(UnsafeBufferPointer(start: gradients.pointer + parameterCount, count: gradients.count - parameterCount))
    }

    /// Empties the gradients and puts a pass's statistics back beside them.
    public func beginGradients(statistics: [Float]) {
        gradients.zero()
        (gradients.pointer + parameterCount).update(from: statistics, count: statistics.count)
    }

    private static func layer(_ name: String) -> Substring? {
        name.split(separator: ".", maxSplits: 2).dropFirst().first
    }
}
