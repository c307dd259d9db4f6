import Foundation

/// What `optimizer: auto` chooses, by the length of the run and the number of classes.
///
/// Source: the reference's rule; above 10,000 iterations 8.4 takes its own MuSGD where we take SGD, as 8.3 does.
public struct OptimizerRule: Equatable, Sendable {
    /// Whether SGD is chosen, else AdamW.
    public var usesSGD: Bool
    /// Learning rate before any scaling for large batches: SGD's is fixed, AdamW's falls with the number of classes.
    public var rate: Double
    /// β₁ of AdamW.
    public let momentum = 0.9
    /// Warm-up of biases starts here instead of at `warmup_bias_lr`.
    public var warmupBiasRate: Double

    /// The choice for a new run.
    ///
    /// - Parameter iterations: optimizer steps of the run, `⌈images / max(batch, nbs)⌉ · epochs`.
    public init(iterations: Int, classCount: Int, warmupBiasRate: Double) {
        self.init(usesSGD: iterations > 10_000, classCount: classCount, warmupBiasRate: warmupBiasRate)
    }

    /// What goes with a choice that was made before.
    public init(usesSGD: Bool, classCount: Int, warmupBiasRate: Double) {
        self.usesSGD = usesSGD
        rate = usesSGD ? 0.01 : ((0.002 * 5 / Double(4 + classCount)) * 1e6).rounded(.toNearestOrEven) / 1e6
        self.warmupBiasRate = usesSGD ? warmupBiasRate : 0
    }
}
