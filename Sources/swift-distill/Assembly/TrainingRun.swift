import Checkpoints
import Collectives
import Configuration
import Datasets
import Detection
import Diagnostics
import Foundation
import Layers
import Models
import Optimization
import Tensors
import Training

/// Puts a run together from its recipe, and runs it.
struct TrainingRun {
    private let recipe: Recipe
    private let ranks: any Communicator
    private let log: RunLog
    /// The run that goes on.
    private let resumed: Snapshot?
    /// Its folder, on rank 0.
    private let resumedFolder: RunFolder?

    /// Reads what a resumed run was, if it is one.
    init(_ reading: RecipeReading, ranks: any Communicator) throws {
        self.ranks = ranks
        log = RunLog(isQuiet: ranks.rank != 0)
        for note in reading.notes { log.note(note) }
        if let place = try TrainingRun.place(of: reading.recipe, ranks: ranks) {
            // Locked before it is read: of two starts the second would else go on from where the first one was.
            resumedFolder = ranks.rank == 0 ? try RunFolder(resuming: place) : nil
            let (snapshot, warning) = try Snapshot.load(place, ranks: ranks)
            if let warning { log.note("warning: \(warning)") }
            let before = try Recipe(yaml: snapshot.facts.recipe, file: snapshot.path)
            let hadTeacher = !before.teacher.isEmpty && before.distils
            try snapshot.check(
                terms: DetectionObjective(recipe: before, hasTeacher: hadTeacher).names.count,
                mostFitness: before.fitnessWeights.reduce(0, +))
            let merged = try before.resumed(by: reading)
            for note in merged.notes { log.note(note) }
            recipe = merged.recipe
            resumed = snapshot
        } else {
            try reading.checkInputs("teacher", "student", "pretrained", "data", "distillation_dataset")
            recipe = reading.recipe
            (resumed, resumedFolder) = (nil, nil)
            if recipe.resume != .no {
                log.note(
                    "there is no checkpoint to resume from in \(recipe.project) (runs \(recipe.name), \(recipe.name)-2, "
                        + "…): the run begins anew")
            }
        }
    }

    /// Where the run was saved that goes on: rank 0 looks, since other hosts may not have the folder, or an old view of it.
    private static func place(of recipe: Recipe, ranks: any Communicator) throws -> CheckpointPlace? {
        if recipe.resume == .no { return nil }
        var found: CheckpointPlace?
        if ranks.rank == 0 {
            switch recipe.resume {
            case .no: break
            // A job that is requeued before its first save asks to resume, too: it begins anew.
            case .last: found = try CheckpointPlace.latest(in: recipe.project, name: recipe.name)
            case .from(let path): found = try CheckpointPlace(resuming: path)
            }
        }
        let text = try ranks.broadcast(Array(try JSONEncoder().encode(found)))
        return try JSONDecoder().decode(CheckpointPlace?.self, from: Data(text))
    }

    /// - Parameter json: gets what came of the run.
    func run(telling json: JSONOutput) throws -> ExitCode {
        try Machine.start(recipe, ranks: ranks)
        // What can be wrong is looked for in the order of what that costs: places, names and models, images, and only then
        // whatever measures and computes.
        try checkPlaces()
        let naming = try DataNaming(recipe, ranks: ranks) { log.note($0) }
        let (student, teacher) = try models(naming)
        let data = try DataLoading(
            recipe, naming, training: true, ranks: ranks, print: { log.note($0) }, detail: { log.write($0) })
        guard let images = data.train else { preconditionFailure("training data were asked for") }
        let plan = try RunPlan(
            recipe, resumed: resumed, images: images.count, classCount: data.names.count, ranks: ranks)
        let memory = try RunMemory(
            recipe, plan, student: student, teacher: teacher, loaders: loaderThreads, train: images, val: data.val,
            ranks: ranks)
        log.note(memory.text)
        if let warning = try memory.check(ranks: ranks) { log.note(warning) }
        let convolutions = try ConvolutionPlanning(recipe: recipe, ranks: ranks).decide(
            student: student, teacher: teacher, resumed: resumed?.facts.convolutions)
        log.note("convolutions: \(convolutions.note)")
        for note in plan.notes { log.note(note) }
        let state = RunState(
            weights: student.weights,
            optimizer: plan.rule.usesSGD ? SGD(student.weights) : AdamW(student.weights, beta1: plan.rule.momentum),
            progress: Progress(epochs: recipe.epochs, patience: recipe.patience))
        let facts = facts(student, teacher, data, plan, convolutions.record)
        let objective = DetectionObjective(recipe: recipe, hasTeacher: teacher != nil)
        try restore(state, facts, stepsPerEpoch: plan.shards.stepsPerEpoch, terms: objective.names.count)
        log.note("loss = \(objective.text)")

        let evaluator = try evaluator(of: student, data, plan)
        let result = RunResult(recipe: recipe, facts: facts, objective: objective.text, ranks: ranks)
        // Before anything that takes long: whether there is room for what comes out.
        let journal = try journal(facts, objective, stepsPerEpoch: plan.shards.stepsPerEpoch)
        if let note = data.describe() { log.note(note) }
        let pictures = pictures(journal, names: data.names)
        pictures?.drawLabels(of: images)
        if state.progress.isOver { log.note("this run is finished already") }
        if let teacher, !state.progress.isOver {
            let preparation = try TeacherPreparation(teacher, size: recipe.imageSize, ranks: ranks)
            if preparation.shared > 0 {
                log.note("the teacher's \(preparation.shared >> 20) MB of weights are in memory once per host")
            }
        }
        try result.measureStart(evaluator, state: state, teacher: teacher, log: log, isResumed: resumed != nil)
        if let checkpoints = (journal as? RunJournal)?.checkpoints {
            StopSignal.onTermination { checkpoints.emergencySave(state) }
        }
        let trainer = Trainer<Detector, DetectionObjective>(
            recipe: recipe, student: student, teacher: teacher, objective: objective, evaluator: evaluator,
            source: try source(images, data, plan, pictures), ranks: ranks, localShards: plan.local.count,
            schedule: plan.schedule, state: state, journal: journal,
            stopRequested: { StopSignal.received != nil }, tapeMemory: Machine.tapeMemory(ranks: ranks))
        let folder = (journal as? RunJournal)?.folder
        let ending: Ending
        do { ending = try trainer.run() } catch let problem as Problem where problem.exit == .diverged {
            // All ranks come here, and the first of them to end ends the others.
            leaveWeights(folder, result)
            _ = try ranks.broadcast([])
            throw problem
        }
        StopSignal.onTermination(nil)
        try (journal as? RunJournal)?.conclude(ending, state)
        let outcome = (journal as? RunJournal).map { TrainingResult($0, ending, state.progress) }
        if ending == .stoppedOnRequest {
            leaveWeights(folder, result)
            if let outcome { try json.write(outcome) }
            return .stopped
        }
        let comparison = try folder.map { try result.handOver($0, student: student, epochs: state.progress.epoch) }
        if recipe.plots {
            let validation = FinalValidation(student: student, evaluator: evaluator, ranks: ranks, log: log)
            let details = try validation.details(of: (journal as? RunJournal)?.folder.checkpoints)
            if let details { pictures?.drawValidation(details) }
            if let journal = journal as? RunJournal { pictures?.drawResults(journal.folder.file("results.csv")) }
            if let pictures { log.note(String(format: "drawing took %.0f ms in all", 1e3 * pictures.seconds)) }
        }
        for line in comparison ?? [] { log.note(line) }
        if let outcome { try json.write(outcome) }
        return .done
    }

    /// The weights of a run that ends before its time, for other programs; one that cannot write them has saved all the same.
    private func leaveWeights(_ folder: RunFolder?, _ result: RunResult) {
        guard let folder else { return }
        do {
            let names = try result.writeTorchFiles(folder.checkpoints)
            if !names.isEmpty { log.note("for other programs: \(names.joined(separator: ", ")) in the same folder") }
        } catch {
            log.note("warning: \(error)")
        }
    }

    // MARK: Parts

    /// Before anything that takes long: whether there is room for what comes out.
    private func checkPlaces() throws {
        guard ranks.rank == 0 else { return }
        try Registry(root: recipe.registry).check()
        if resumedFolder == nil {
            try FolderProbe.check(recipe.project) { FolderSeries.cannotMake($0, $1) }
        }
    }

    private func models(_ naming: DataNaming) throws -> (student: Detector, teacher: Detector?) {
        var loading = ModelLoading(recipe: recipe, classNames: naming.names, printedNames: naming.printedNames)
        let teacher = try loading.teacher()
        try refuseAnotherTeacher(teacher)
        let student = try resumed.map { try loading.student(of: $0) } ?? loading.student()
        for note in loading.notes { log.note(note) }
        if let teacher, teacher.strides != student.strides {
            throw Problem(
                "teacher and student predict at different strides: \(teacher.strides) and \(student.strides)",
                remedy: "Choose models whose heads have the same levels")
        }
        try checkSize(student, teacher)
        if let layer = recipe.freeze.max(), layer >= student.table.rows.count {
            throw Problem(
                "freeze names layer \(layer), the student has layers 0 to \(student.table.rows.count - 1)",
                remedy: "Name layers that exist", exit: .commandLine)
        }
        student.weights.freeze(layers: Set(recipe.freeze))
        let frozen = recipe.freeze.map(String.init).joined(separator: ", ")
        if !frozen.isEmpty { log.note("freeze: layers \(frozen)") }
        if student.weights.parameters.allSatisfy(\.isFrozen) {
            throw Problem("freeze leaves nothing to train", remedy: "Freeze fewer layers", exit: .commandLine)
        }
        log.note(
            "student: \(student.weights.fieldParameterCount) parameters"
                + (teacher.map { ", teacher: \($0.weights.fieldParameterCount) parameters" } ?? ", no teacher"))
        return (student, teacher)
    }

    /// Maps of all strides must cover the same pixels.
    private func checkSize(_ student: Detector, _ teacher: Detector?) throws {
        let multiple = max(student.sideMultiple, teacher?.sideMultiple ?? 0)
        let rounded = recipe.imgsz.map { ($0 + multiple - 1) / multiple * multiple }
        guard rounded != recipe.imgsz else { return }
        throw Problem(
            "imgsz \(recipe.imgsz) is no multiple of \(multiple), the largest stride",
            remedy: "Set imgsz=\(rounded.count == 1 ? "\(rounded[0])" : "\(rounded)")", exit: .commandLine)
    }

    /// A stale copy on one host would teach its shards something else.
    private func refuseAnotherTeacher(_ teacher: Detector?) throws {
        let digest = teacher.map { "\($0.digest)" } ?? ""
        let first = String(decoding: try ranks.broadcast(Array(digest.utf8)), as: UTF8.self)
        guard digest == first else {
            throw Problem(
                "this rank's teacher is another one than rank 0's", file: recipe.teacher,
                remedy: "Copy the same file to every host", exit: .badData)
        }
    }

    private func facts(
        _ student: Detector, _ teacher: Detector?, _ data: DataLoading, _ plan: RunPlan, _ convolutions: String
    ) -> RunFacts {
        RunFacts(
            programVersion: SwiftDistill.configuration.version, recipe: recipe.yaml,
            model: student.metadata(imageSize: recipe.imgsz),
            teacherDigest: teacher.map { $0.digest } ?? "", dataDigest: data.digest, shards: plan.shards.shards,
            convolutions: convolutions)
    }

    /// Every rank begins with rank 0's numbers, whatever its CPU made of fresh ones.
    private func restore(_ state: RunState, _ facts: RunFacts, stepsPerEpoch: Int, terms: Int) throws {
        if let resumed {
            try state.restore(from: resumed)
            // Other terms than before where the run has got a teacher, or has lost it.
            if state.progress.termSums.count != terms {
                state.progress.termSums = []
                state.progress.termSteps = 0
            }
            // The command line may have changed them.
            state.progress.stopping.patience = recipe.patience
            let (seconds, epoch) = (state.progress.seconds, state.progress.epoch)
            let isTimed = recipe.time > 0 && epoch > 0
            state.progress.epochs =
                isTimed
                ? Progress.epochs(fittingInto: recipe.time, seconds: seconds, finished: epoch) : recipe.epochs
            for line in resumed.facts.differences(to: facts) { log.note("warning: \(line)") }
            let progress = state.progress
            if progress.stepsPerEpoch > 0, progress.stepsPerEpoch != stepsPerEpoch {
                log.note(
                    "warning: an epoch had \(counted(progress.stepsPerEpoch, "step")) and has \(stepsPerEpoch) now; the run "
                        + "goes on after the same share of it")
            }
            log.note("resumed \(resumed.path) after epoch \(progress.epoch), step \(progress.step)")
        } else {
            let first = try ranks.broadcast(ranks.rank == 0 ? state.weights.values.bytes : [])
            state.weights.values.copy(bytes: first)
            state.weights.didChange()
            state.average.values.copy(from: state.weights.values)
        }
    }

    private func journal(
        _ facts: RunFacts, _ objective: DetectionObjective, stepsPerEpoch: Int
    ) throws -> any Journal {
        guard ranks.rank == 0 else { return SilentJournal() }
        let folder =
            try resumedFolder ?? RunFolder(project: recipe.project, name: recipe.name, existOk: recipe.existOk)
        log.open(in: folder, resuming: resumed != nil)
        log.note("run folder: \(folder.path)")
        try writeDurably(Array(facts.convolutions.utf8), to: folder.file("convolutions.json"))
        let terms = zip(objective.names, objective.weights).map { (name: $0, weight: $1) }
        return try RunJournal(
            folder, log: log, recipe: recipe, facts: facts, terms: terms, stepsPerEpoch: stepsPerEpoch,
            resumed: resumed)
    }

    private var loaderThreads: Int { Prefetcher.threads(workers: recipe.workers, cores: Threads.count) }

    private func evaluator(of student: Detector, _ data: DataLoading, _ plan: RunPlan) throws -> DetectionEvaluator {
        let store = PictureStore(data.val, target: recipe.imageSize, limit: try cacheLimit([data.val]))
        return DetectionEvaluator(
            model: try student.twin(),
            batches: ValidationBatches(
                store: store, batch: 2 * plan.shards.batch, recipe: recipe, stride: student.sideMultiple),
            recipe: recipe,
            workers: loaderThreads)
    }

    /// Of rank 0, where pictures are wanted.
    private func pictures(_ journal: any Journal, names: [String]) -> RunPictures? {
        guard recipe.plots, let folder = (journal as? RunJournal)?.folder else { return nil }
        return RunPictures(folder: folder.path, classNames: names, log: log)
    }

    private func source(
        _ images: ImageCatalog, _ data: DataLoading, _ plan: RunPlan, _ pictures: RunPictures?
    ) throws -> any BatchSource {
        let recent = plan.local.count * BatchLoader.recentPictures(batch: plan.shards.batch)
        let store = PictureStore(
            images, target: recipe.imageSize, limit: try cacheLimit([images, data.val], recent: recent),
            keeping: .recent, reduces: true)
        let source = ShardedSource(
            BatchLoader(store: store, plan: plan.shards, recipe: recipe), shards: plan.local, threads: loaderThreads)
        return pictures.map { PicturedSource(source, pictures: $0, recipe: recipe) } ?? source
    }

    private func cacheLimit(_ catalogs: [ImageCatalog], recent: Int = 0) throws -> Int {
        try PictureStore.limit(for: recipe, catalogs: catalogs, processes: ranks.local.size, recent: recent)
    }
}
