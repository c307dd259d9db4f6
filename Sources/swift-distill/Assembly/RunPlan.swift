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
            ] + RunPlan.updates(schedule, recipe, globalBatch: global, stepsPerEpoch: steps)
            + RunPlan.remainder(recipe, global) + growth.notes(stepsPerEpoch: steps)
            + RunPlan.compression(recipe)
    }

    /// Updates below which a model has hardly begun to learn.
    private static let fewUpdates = 50

    /// Says how often the weights move in the whole run, which a time limit leaves open.
    private static func updates(
        _ schedule: Schedule, _ recipe: Recipe, globalBatch: Int, stepsPerEpoch: Int
    ) -> [String] {
        guard recipe.time == 0 else { return [] }
        let count = schedule.updates(batches: recipe.epochs * stepsPerEpoch)
        let line = "the run makes \(counted(count, "update")) of the weights in \(counted(recipe.epochs, "epoch"))"
        guard count < fewUpdates else { return [line] }
        let key = globalBatch < recipe.nbs ? "`nbs` (\(recipe.nbs))" : "`batch` (\(recipe.batch))"
        return ["warning: \(line), which teaches little; lower \(key) or train for more `epochs`"]
    }

    /// Says where equal parts are fewer images than the batch that was asked for.
    private static func remainder(_ recipe: Recipe, _ global: Int) -> [String] {
        guard recipe.batchScaling == .strong, global != recipe.batch else { return [] }
        return ["batch: \(recipe.batch) images cannot be divided equally, a step has \(global)"]
    }

    /// Says that gradients are rounded.
    private static func compression(_ recipe: Recipe) -> [String] {
        recipe.gradientCompression == .none
            ? [] : ["gradients are summed as \(recipe.gradientCompression.rawValue): half the bytes between ranks"]
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
