import Collectives
import Configuration
import Datasets
import Detection
import Layers
import Models
import Optimization
import Tensors
import TestSupport
import Training

/// A run small enough to repeat many times: a pico student, a teacher of the same kind, drawn noise with boxes.
struct TinyRun {
    var recipe = Recipe()
    var steps = 5
    var hasTeacher = true
    var optimizer = OptimizerChoice.sgd
    var tapeMemory = Int.max
    /// Poisons the images of a step on one shard.
    var poisoned: (step: Int, shard: Int)?
    var poison = Float.nan

    init(shards: Int, batch: Int = 2) {
        recipe.shards = shards
        recipe.batch = batch
        recipe.epochs = 4
        recipe.imgsz = [64]
        recipe.warmupEpochs = 0
        recipe.nbs = 8
        recipe.val = false
        recipe.lr0 = 0.002
    }

    static func detector(_ seed: Int) throws -> Detector {
        var table = LayerTable.yolov8
        table.scale = "p"
        return try Detector(table: table, classNames: ["a", "b", "c"], seed: seed)
    }

    /// The trainer of one rank.
    func trainer(_ ranks: any Communicator, journal: any Journal = Quiet()) throws -> Trainer<
        Detector, DetectionObjective
    > {
        let student = try TinyRun.detector(1)
        student.weights.freeze(layers: Set(recipe.freeze))
        let state = RunState(
            weights: student.weights,
            optimizer: optimizer == .sgd ? SGD(student.weights) : AdamW(student.weights, beta1: 0.9),
            progress: Progress(epochs: recipe.epochs, patience: recipe.patience))
        let shards = recipe.shards
        let local = shards * ranks.rank / ranks.size..<shards * (ranks.rank + 1) / ranks.size
        let schedule = Schedule(
            epochs: recipe.epochs, batchesPerEpoch: steps, globalBatch: shards * recipe.batch,
            nominalBatch: recipe.nbs, initialRate: recipe.lr0, finalShare: 0.01, momentum: 0.937, weightDecay: 5e-4,
            cosine: false, warmupEpochs: 0, warmupMomentum: 0.8, warmupBiasRate: 0.1, longWarmup: false)
        return Trainer(
            recipe: recipe, student: student, teacher: hasTeacher ? try TinyRun.detector(2) : nil,
            objective: DetectionObjective(recipe: recipe, hasTeacher: hasTeacher), evaluator: NoScores(),
            source: NoiseSource(run: self, local: local), ranks: ranks, localShards: local.count,
            schedule: schedule, state: state, journal: journal, stopRequested: { false }, tapeMemory: tapeMemory)
    }

    /// Everything that a run of all epochs leaves behind, from each rank.
    func results(ranks: Int) throws -> [[[Float]]] {
        try LocalRanks.run(ranks) { communicator in
            let trainer = try self.trainer(communicator)
            _ = try trainer.run()
            return trainer.state.numbers
        }
    }
}

extension RunState {
    /// Weights with statistics, their average, and the optimizer's state.
    var numbers: [[Float]] { [weights.values.values, average.values.values] + optimizer.state.map(\.buffer.values) }
}

/// Writes nothing down.
final class Quiet: Journal {
    var notes: [String] = []
    var reports: [StepReport] = []
    func note(_ text: String) { notes.append(text) }
    func record(_ report: StepReport, _ state: RunState) { reports.append(report) }
    func finish(_ report: EpochReport, _ state: RunState) {}
}

private final class NoScores: Evaluator {
    func evaluate(_ values: FlatBuffer, ranks: any Communicator) -> Scores? { nil }
}

/// Noise with two boxes per image, a function of (epoch, step, shard).
private final class NoiseSource: BatchSource {
    let stepsPerEpoch: Int
    private let run: TinyRun
    private let local: Range<Int>

    init(run: TinyRun, local: Range<Int>) {
        self.run = run
        self.local = local
        stepsPerEpoch = run.steps
    }

    func seek(_ progress: Progress) {}

    func batches(epoch: Int, step: Int) -> [Batch] { local.map { batch(epoch, step, $0) } }

    private func batch(_ epoch: Int, _ step: Int, _ shard: Int) -> Batch {
        var random = RandomStream(7, epoch, step, shard)
        let shape = Shape(run.recipe.batch, 64, 64, 3)
        var values = (0..<shape.count).map { _ in Float(random.uniform()) }
        if let poisoned = run.poisoned, poisoned == (epoch * stepsPerEpoch + step, shard) { values[5] = run.poison }
        let objects = (0..<shape.n * 2).map { number in
            BoxLabels.Object(
                image: number / 2, category: random.integer(below: 3),
                box: SIMD4(
                    Float(random.uniform(0.3, 0.7)), Float(random.uniform(0.3, 0.7)), Float(random.uniform(0.2, 0.5)),
                    Float(random.uniform(0.2, 0.5))))
        }
        return Batch(
            images: Tensor(shape, values), labels: BoxLabels(objects: objects, imageCount: shape.n),
            sources: (0..<shape.n).map {
                ImageSource(
                    index: $0, path: "noise-\(epoch)-\(step)-\(shard)-\($0).jpg", height: 64, width: 64,
                    gain: SIMD2(1, 1), padding: SIMD2(0, 0))
            })
    }
}
