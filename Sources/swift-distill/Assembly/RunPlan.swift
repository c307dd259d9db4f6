import Collectives
import Configuration
import Datasets
import Diagnostics
import Optimization

/// The numbers of a run that follow from recipe, data and ranks: shards, batches, learning rate.
struct RunPlan {
    let shards: ShardPlan
    /// Shards that this rank carries.
    let local: Range<Int>
    let schedule: Schedule
    let usesSGD: Bool
    /// β₁ of AdamW.
    let beta1: Double
    /// Lines for the start of the log.
    let notes: [String]

    /// - Parameter shards: of the run that goes on; nil for a new run, where the recipe or the ranks decide.
    init(_ recipe: Recipe, shards resumed: Int?, images: Int, classCount: Int, ranks: any Communicator) throws {
        let count = resumed ?? (recipe.shards > 0 ? recipe.shards : ranks.size)
        guard count >= ranks.size else {
            throw Problem(
                "\(ranks.size) ranks cannot share \(count) shards", remedy: "Start at most \(count) ranks, or set shards=\(ranks.size)",
                exit: .commandLine)
        }
        let batch = recipe.batchScaling == .weak ? recipe.batch : max(recipe.batch / count, 1)
        shards = ShardPlan(images: images, shards: count, batch: batch)
        local = count * ranks.rank / ranks.size..<count * (ranks.rank + 1) / ranks.size
        let global = shards.globalBatch
        guard images >= count else {
            throw Problem(
                "\(images) training images are fewer than the \(count) shards of a step",
                remedy: ranks.size > images
                    ? "Start at most \(images) ranks" : "Set shards=\(ranks.size) and batch=1")
        }
        guard images >= global else {
            throw Problem(
                "\(images) training images are fewer than one step of \(count) shards × \(batch) images",
                remedy: "Set batch=\(max(images / count, 1)) or start fewer ranks")
        }
        let rule = OptimizerRule(
            iterations: (images + max(global, recipe.nbs) - 1) / max(global, recipe.nbs) * recipe.epochs,
            classCount: classCount, warmupBiasRate: recipe.warmupBiasLr)
        let isAuto = recipe.optimizer == .auto
        usesSGD = isAuto ? rule.usesSGD : recipe.optimizer == .sgd
        beta1 = isAuto ? rule.momentum : recipe.momentum
        let rate = isAuto ? rule.rate : recipe.lr0
        let growth = Double(global) / Double(recipe.nbs)
        let scaling = recipe.lrScaling ?? (usesSGD ? .linear : .sqrt)
        var factor = 1.0
        if growth > 1 { factor = scaling == .linear ? growth : scaling == .sqrt ? growth.squareRoot() : 1 }
        schedule = Schedule(
            epochs: recipe.epochs, batchesPerEpoch: shards.stepsPerEpoch, globalBatch: global,
            nominalBatch: recipe.nbs, initialRate: rate * factor, finalShare: recipe.lrf, momentum: recipe.momentum,
            weightDecay: recipe.weightDecay, cosine: recipe.cosLr, warmupEpochs: recipe.warmupEpochs,
            warmupMomentum: recipe.warmupMomentum, warmupBiasRate: isAuto ? rule.warmupBiasRate : recipe.warmupBiasLr,
            longWarmup: recipe.compat == .v83)
        var notes = [
            "\(ranks.size) ranks carry \(count) shards of \(batch) images: \(global) images a step, "
                + "\(shards.stepsPerEpoch) steps an epoch, gradients gathered over \(schedule.accumulation) steps"
        ]
        notes.append(
            "optimizer: \(usesSGD ? "SGD" : "AdamW") lr0=\(rate), \(usesSGD ? "momentum" : "beta1")="
                + "\(usesSGD ? recipe.momentum : beta1), weight decay \(recipe.weightDecay)"
                + (isAuto ? " (optimizer: auto chose it; lr0 and momentum of the recipe are not used)" : ""))
        if growth > 1 {
            notes.append(
                "a step has \(growth) × nbs images: gradients are brought to the scale of \(recipe.nbs) images, and the"
                    + " learning rate is multiplied by \(factor) (lr_scaling: \(scaling.rawValue)), once")
        }
        if growth > 8 {
            notes.append("warning: only \(shards.stepsPerEpoch) steps an epoch; a smaller batch may learn better")
        }
        self.notes = notes
    }
}
