import Tensors

/// The weights of a BatchNorm over channels, and the statistics that it keeps.
///
/// Source: Ioffe and Szegedy, arXiv:1502.03167; constants of the reference's detection models.
public struct BatchNorm {
    /// Added to variances.
    public static let epsilon: Float = 1e-3
    /// Share of a step's statistics in the running ones.
    public static let momentum: Float = 0.03

    let weight: Parameter
    let bias: Parameter
    let mean: Statistic
    let variance: Statistic

    init(_ channels: Int, in scope: WeightScope) {
        weight = scope.parameter("weight", [channels], .norm, .constant(1))
        bias = scope.parameter("bias", [channels], .bias, .constant(0))
        mean = scope.statistic("running_mean", count: channels, initial: 0)
        variance = scope.statistic("running_var", count: channels, initial: 1)
        scope.counter("num_batches_tracked")
    }

    /// Normalisation with the running statistics.
    var running: Normalization {
        Normalization(
            mean: mean.values, variance: variance.values, weight: weight.values, bias: bias.values,
            epsilon: BatchNorm.epsilon)
    }

    /// Normalisation with the statistics of a batch, which are also left for the running ones.
    func observing(_ moments: Moments) -> Normalization {
        let channels = moments.mean.indices
        let means = moments.mean.map { Float($0) }
        mean.observe(means)
        variance.observe(channels.map { Float(moments.unbiasedVariance($0)) })
        return Normalization(
            mean: means, variance: channels.map { Float(moments.biasedVariance($0)) }, weight: weight.values,
            bias: bias.values, epsilon: BatchNorm.epsilon)
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
                values.pointer[i] += BatchNorm.momentum * (batch - values.pointer[i])
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
