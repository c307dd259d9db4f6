import Collectives
import Configuration
import Datasets
import Diagnostics
import Optimization
import Tensors
import Training

/// The numbers of a run that follow from recipe, data and ranks: shards, batches, learning rate.
struct RunPlan {
    let shards: ShardPlan
    /// Shards that this rank carries.
    let local: Range<Int>
    let rule: UpdateRule
    let schedule: Schedule
    /// Lines for the start of the log.
    let notes: [String]

    /// - Parameter resumed: the run that goes on, whose shards and optimizer stay; nil for a new run, where the recipe or
    ///   the ranks decide.
    init(_ recipe: Recipe, resumed: Snapshot?, images: Int, classCount: Int, ranks: any Communicator) throws {
        let count = resumed?.facts.shards ?? (recipe.shards > 0 ? recipe.shards : ranks.size)
        shards = try RunPlan.shards(
            count, of: recipe, images: images, ranks: ranks.size, isResumed: resumed != nil)
        local = count * ranks.rank / ranks.size..<count * (ranks.rank + 1) / ranks.size
        rule = UpdateRule(
            recipe, resumed: resumed?.optimizer, images: images, globalBatch: shards.globalBatch,
            classCount: classCount)
        let growth = RateGrowth(recipe, rule, globalBatch: shards.globalBatch)
        schedule = Schedule(
            epochs: recipe.epochs, batchesPerEpoch: shards.stepsPerEpoch, globalBatch: shards.globalBatch,
            nominalBatch: recipe.nbs, initialRate: rule.rate * growth.factor, finalShare: recipe.lrf,
            momentum: recipe.momentum, weightDecay: recipe.weightDecay, cosine: recipe.cosLr,
            warmupEpochs: recipe.warmupEpochs, warmupMomentum: recipe.warmupMomentum,
            warmupBiasRate: rule.warmupBiasRate, longWarmup: recipe.compat == .v83)
        let (global, steps) = (shards.globalBatch, shards.stepsPerEpoch)
        notes =
            [
                "\(counted(count, "shard")) of \(counted(shards.batch, "image")) on \(counted(ranks.size, "rank")) "
                    + "of \(counted(Threads.count, "thread")): "
                    + "\(counted(global, "image")) a step, \(counted(steps, "step")) an epoch, gradients gathered over "
                    + counted(schedule.accumulation, "step"),
                rule.note,
            ] + RunPlan.remainder(recipe, global) + growth.notes(stepsPerEpoch: steps)
    }

    /// Says where equal parts are fewer images than the batch that was asked for.
    private static func remainder(_ recipe: Recipe, _ global: Int) -> [String] {
        guard recipe.batchScaling == .strong, global != recipe.batch else { return [] }
        return ["batch: \(recipe.batch) images cannot be divided equally, a step has \(global)"]
    }

    /// Cuts every global batch into `count` parts, which the ranks and the images must suffice for.
    private static func shards(
        _ count: Int, of recipe: Recipe, images: Int, ranks: Int, isResumed: Bool
    ) throws -> ShardPlan {
        guard count >= ranks else {
            throw Problem(
                "\(ranks) ranks cannot share \(counted(count, "shard"))",
                remedy: "Start at most \(counted(count, "rank"))" + (isResumed ? "" : ", or set shards=\(ranks)"),
                exit: .commandLine)
        }
        let batch = recipe.batchScaling == .weak ? recipe.batch : max(recipe.batch / count, 1)
        guard images >= count else {
            throw Problem(
                "\(images) training images are fewer than the \(count) shards of a step",
                remedy: ranks > images
                    ? "Start at most \(counted(images, "rank"))" : "Set shards=\(ranks) and batch=1")
        }
        guard images >= count * batch else {
            throw Problem(
                "\(images) training images are fewer than one step of \(count) × \(batch) images",
                remedy: "Set batch=\(max(images / count, 1)) or start fewer ranks")
        }
        return ShardPlan(images: images, shards: count, batch: batch)
    }
}

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

/// How the learning rate grows where a step has more than `nbs` images.
private struct RateGrowth {
    /// Global batch in units of `nbs`.
    let size: Double
    let factor: Double
    private let text: String

    init(_ recipe: Recipe, _ rule: UpdateRule, globalBatch: Int) {
        size = Double(globalBatch) / Double(recipe.nbs)
        let scaling = recipe.lrScaling ?? (rule.usesSGD ? .linear : .sqrt)
        factor =
            switch scaling {
            case _ where size <= 1: 1
            case .linear: size
            case .sqrt: size.squareRoot()
            case .none: 1
            }
        text =
            "a step has \(size) × nbs images: gradients are brought to the scale of \(recipe.nbs) images, and the "
            + "learning rate is multiplied by \(factor) (lr_scaling: \(scaling.rawValue)), once"
    }

    func notes(stepsPerEpoch: Int) -> [String] {
        guard size > 1 else { return [] }
        let warning = "warning: only \(counted(stepsPerEpoch, "step")) an epoch; a smaller batch may learn better"
        return size > 8 ? [text, warning] : [text]
    }
}
