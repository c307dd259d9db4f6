import Foundation
import Layers
import Tensors

/// The exponential moving average of a model's weights and running statistics (EMA), which is validated and kept.
///
/// Source: the reference's ramp, `d = 0.9999 · (1 − e^(−updates / 2000))`.
public final class MovingAverage {
    /// Laid out as the weights' values: parameters, then running statistics.
    public let values: FlatBuffer
    /// How often it has followed; a checkpoint brings its own count, since the ramp depends on it.
    public var updates = 0

    /// Starts as a copy.
    public init(of weights: Weights) {
        values = FlatBuffer(count: weights.values.count)
        values.copy(from: weights.values)
    }

    /// Share of the average that the update of this number keeps.
    public static func decay(_ updates: Int) -> Double { 0.9999 * (1 - exp(-Double(updates) / 2000)) }

    /// Moves towards the weights, once per optimizer step: reads weights and average, writes the average.
    public func follow(_ weights: Weights) {
        updates += 1
        let share = Float(1 - MovingAverage.decay(updates))
        let target = values.pointer
        let source = weights.values.pointer
        parallel(rowsOf: values.count, width: 1) { range in
            for i in range { target[i] += share * (source[i] - target[i]) }
        }
    }
}
