import Collectives
import Configuration
import Datasets
import Detection
import Diagnostics
import Layers
import Models
import Optimization
import Training

/// Puts a run together from its recipe, and runs it.
struct TrainingRun {
    let reading: RecipeReading
    let ranks: any Communicator
    private var recipe: Recipe { reading.recipe }

    init(_ reading: RecipeReading, ranks: any Communicator) {
        self.reading = reading
        self.ranks = ranks
    }

    func run() throws -> ExitCode {
        Machine.start(recipe, ranks: ranks)
        let journal = ConsoleJournal(quiet: ranks.rank != 0)
        let data = try DataLoading(recipe, training: true, ranks: ranks) { try journal.note($0) }
        guard let images = data.train else { preconditionFailure("training data were asked for") }
        var models = ModelLoading(recipe: recipe, classNames: data.names)
        let teacher = try models.teacher()
        let student = try models.student()
        journal.model = student
        for note in models.notes { try journal.note(note) }
        try check(student, teacher)
        let plan = try RunPlan(recipe, images: images.count, classCount: data.names.count, ranks: ranks)
        for note in plan.notes { try journal.note(note) }
        let optimizer: any Optimizer =
            plan.usesSGD ? SGD(student.weights) : AdamW(student.weights, beta1: plan.beta1)
        let state = RunState(
            weights: student.weights, optimizer: optimizer,
            progress: Progress(epochs: recipe.epochs, patience: recipe.patience))
        let objective = DetectionObjective(recipe: recipe, hasTeacher: teacher != nil)
        try journal.note("loss = \(objective.text)")
        let trainer = Trainer<Detector, DetectionObjective>(
            TrainerParts(
                recipe: recipe, student: student, teacher: teacher, objective: objective,
                evaluator: try evaluator(of: student, data, plan), source: try source(images, data, plan),
                ranks: ranks, localShards: plan.local.count, schedule: plan.schedule, state: state, journal: journal,
                stopRequested: { StopSignal.received != nil }))
        let ending = try trainer.run()
        return ending == .stoppedOnRequest ? .stopped : .done
    }

    private var loaderThreads: Int { Prefetcher.threads(workers: recipe.workers, cores: 1) }

    private func evaluator(of student: Detector, _ data: DataLoading, _ plan: RunPlan) throws -> DetectionEvaluator {
        let copy = try Detector(
            table: student.table, classNames: student.classNames, classWidth: student.classWidth)
        let limit = try cacheLimit([data.val])
        let store = PictureStore(data.val, target: recipe.imageSize, limit: limit)
        return DetectionEvaluator(
            model: copy, batches: ValidationBatches(store: store, batch: 2 * plan.shards.batch, recipe: recipe),
            recipe: recipe, workers: loaderThreads)
    }

    private func source(_ images: ImageCatalog, _ data: DataLoading, _ plan: RunPlan) throws -> ShardedSource {
        let store = PictureStore(images, target: recipe.imageSize, limit: try cacheLimit([images, data.val]))
        return ShardedSource(
            BatchLoader(store: store, plan: plan.shards, recipe: recipe), shards: plan.local, threads: loaderThreads)
    }

    private func cacheLimit(_ catalogs: [ImageCatalog]) throws -> Int {
        try PictureStore.limit(for: recipe, catalogs: catalogs, processes: ranks.local.size)
    }

    private func check(_ student: Detector, _ teacher: Detector?) throws {
        if let teacher, teacher.strides != student.strides {
            throw Problem(
                "teacher and student predict at different strides: \(teacher.strides) and \(student.strides)",
                remedy: "Choose models whose heads have the same levels")
        }
        student.weights.freeze(layers: Set(recipe.freeze))
        if student.weights.parameters.allSatisfy(\.isFrozen) {
            throw Problem("freeze leaves nothing to train", remedy: "Freeze fewer layers", exit: .commandLine)
        }
    }
}
