import Configuration
import Optimization

/// The update rule of a run: the recipe's, or what `optimizer: auto` makes of the run's length.
struct UpdateRule {
    let usesSGD: Bool
    /// Learning rate before it grows with the batch.
    let rate: Double
    /// Momentum of SGD, β₁ of AdamW.
    let momentum: Double
    let warmupBiasRate: Double
    /// What was chosen, for the log.
    let note: String

    /// - Parameter resumed: name of the optimizer of the run that goes on.
    init(_ recipe: Recipe, resumed: String?, images: Int, globalBatch: Int, classCount: Int) {
        let batch = max(globalBatch, recipe.nbs)
        let auto =
            resumed.map {
                OptimizerRule(
                    usesSGD: $0 == OptimizerChoice.sgd.rawValue, classCount: classCount,
                    warmupBiasRate: recipe.warmupBiasLr)
            }
            ?? OptimizerRule(
                iterations: (images + batch - 1) / batch * recipe.epochs, classCount: classCount,
                warmupBiasRate: recipe.warmupBiasLr)
        let isAuto = recipe.optimizer == .auto
        usesSGD = isAuto ? auto.usesSGD : recipe.optimizer == .sgd
        rate = isAuto ? auto.rate : recipe.lr0
        momentum = isAuto && !usesSGD ? auto.momentum : recipe.momentum
        warmupBiasRate = isAuto ? auto.warmupBiasRate : recipe.warmupBiasLr
        note =
            "optimizer: \(usesSGD ? "SGD" : "AdamW") lr0=\(rate), \(usesSGD ? "momentum" : "beta1")=\(momentum), "
            + "weight decay \(recipe.weightDecay)"
            + (isAuto ? " (optimizer: auto chose it, not the recipe's lr0\(usesSGD ? "" : " and momentum"))" : "")
    }
}
