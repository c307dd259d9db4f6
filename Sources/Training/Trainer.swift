import Collectives
import Configuration
import Datasets
import Diagnostics
import Layers
import Optimization
import Tensors

/// The loop: step, judge, checkpoint, stop. It knows only contracts; tasks fulfil them.
public final class Trainer<Student: Model, Task: Objective> where Student.Answer == Task.Answer {
    let recipe: Recipe
    let student: Student
    /// Nil trains on labels alone.
    let teacher: Student?
    let objective: Task
    let evaluator: any Evaluator
    let source: any BatchSource
    let ranks: any Communicator
    private(set) var schedule: Schedule
    /// The run as the last step left it.
    public let state: RunState
    let journal: any Journal
    /// The gradients' way to their sum over ranks.
    public let exchange: GradientExchange
    /// Whether somebody asked this process to stop.
    let stopRequested: () -> Bool
    let tapeMemory: Int
    /// Shards whose tape stays until the way back, as the first one of the step has shown how large a tape is.
    var keptTapes = 1
    let clock = Stopwatch()
    /// Seconds, of the step at hand, that layers waited for other ranks.
    var synchronizing = 0.0
    /// Seconds of computing in this epoch's steps, and how many these are.
    var computing = (seconds: 0.0, steps: 0)
    let localShards: Int
    private var loadedBefore = LoadingTimes.Sums()

    /// - Parameters:
    ///   - recipe: checked; of it the loop reads what concerns steps and validation.
    ///   - teacher: nil trains on labels alone.
    ///   - source: batches of this rank's shards.
    ///   - localShards: how many these are.
    ///   - state: carries the student's own weights, and where the run stands.
    ///   - stopRequested: asked once per step; one rank that wants to stop stops all.
    ///   - tapeMemory: bytes that the tapes of this rank's shards may have together; beyond, the student's forward pass
    ///     is repeated on the way back, which costs time and changes no bit.
    public init(
        recipe: Recipe, student: Student, teacher: Student?, objective: Task, evaluator: any Evaluator,
        source: any BatchSource, ranks: any Communicator, localShards: Int, schedule: Schedule, state: RunState,
        journal: any Journal, stopRequested: @escaping () -> Bool, tapeMemory: Int = .max
    ) {
        self.recipe = recipe
        self.student = student
        self.teacher = teacher
        self.objective = objective
        self.evaluator = evaluator
        self.source = source
        self.ranks = ranks
        self.schedule = schedule
        self.state = state
        self.journal = journal
        self.stopRequested = stopRequested
        self.tapeMemory = tapeMemory
        self.localShards = localShards
        exchange = GradientExchange(
            student.weights, shards: recipe.syncBn ? 1 : localShards, ranks: ranks,
            compression: recipe.gradientCompression)
    }

    /// Trains until the last epoch, until the fitness stops improving, or until somebody asks to stop.
    public func run() throws -> Ending {
        if state.progress.isOver { return .finished }
        state.changing { state.progress.count(stepsPerEpoch: source.stepsPerEpoch) }
        try source.seek(state.progress)
        try refuseSilentTerms()
        releaseUnusedMemory()
        while state.progress.epoch < state.progress.epochs {
            try beginEpoch()
            while state.progress.step < source.stepsPerEpoch {
                let report = try step()
                try journal.record(report, state)
                if report.stops { return .stoppedOnRequest }
            }
            if try judge().stops { return .stoppedEarly }
        }
        return .finished
    }

    /// Follows a run whose length a time limit has changed; measures terms where that was asked for.
    func beginEpoch() throws {
        schedule.decayEpochs = state.progress.epochs
        try source.seek(state.progress)
        if recipe.debug && state.progress.step == 0 && state.progress.epoch > 0 { _ = try measureTerms() }
        computing = (0, 0)
        // The time of the first step is its own.
        _ = clock.lap()
    }

    /// Takes one step; every rank leaves it with identical weights.
    public func step() throws -> StepReport {
        ranks.report(phase: "step", step: batchNumber)
        let batches = try source.batches(epoch: state.progress.epoch, step: state.progress.step)
        let loaded = clock.seconds
        synchronizing = 0

        // The teacher answers, without a tape; the student answers, and its tape remembers.
        let shards = merged(batches)
        let passes = answers(shards)

        // What the terms are divided by, and whether to stop, is agreed by all ranks.
        let answered = clock.seconds
        let agreement = try agree(passes, batches)
        var waits = RankWaits(agreement: clock.seconds - answered)

        // How wrong is the student? Walk back from there to every weight; sums over ranks set out meanwhile.
        exchange.scale(exponent: state.progress.halfExponent)
        var losses: [ShardLoss] = []
        for (shard, pass) in passes.enumerated() {
            let (tape, learned) = pass.tape.map { ($0, pass.learned) } ?? learn(shards[shard])
            losses.append(objective.evaluate(pass.preparation, of: learned, counts: agreement.counts, isolating: nil))
            booked("zero", passes: 1) { state.weights.beginGradients(statistics: pass.statistics) }
            let isLast = shard == passes.count - 1
            if isLast { exchange.begin(tape) }
            tape.backward { if isLast { self.exchange.finished($0, shard: shard) } }
            exchange.end(shard: shard, isLast: isLast)
        }
        let walkedBack = clock.seconds
        let values = try collect(losses)
        waits.sums = clock.seconds - walkedBack

        // Clip, move the weights, let the average follow; or leave everything as it was.
        let norm = booked("norm", passes: 1) { gradientNorm(exchange.sums, of: state.weights) }
        let isSound =
            norm.isFinite && values.allSatisfy(\.isFinite) && state.weights.hasFiniteStatistics(exchange.sums)
        let update = isSound ? accept(values, norm, agreement) : nil
        if !isSound { try skip(losses, values, batches) }
        let seconds = clock.lap()
        state.changing { state.progress.seconds += seconds }
        computing.seconds += seconds - loaded - waits.agreement - waits.sums - synchronizing
        computing.steps += 1
        return StepReport(
            epoch: state.progress.epoch, step: state.progress.step, batch: batchNumber - 1, values: values,
            norm: update?.norm ?? norm, rates: schedule.rates(batch: batchNumber - 1), images: agreement.images,
            objects: agreement.objects, isSkipped: !isSound, stops: agreement.stops, seconds: seconds,
            loadingSeconds: loaded, waits: waits)
    }

    /// Scores the average, remembers the best, decides whether to go on, saves.
    func judge() throws -> Verdict {
        try nameSlowRanks()
        ranks.report(phase: "validation", step: batchNumber)
        let epoch = state.progress.epoch
        let isTimeUp = try agreeOnTime()
        let isLast = isTimeUp || epoch + 1 >= state.progress.epochs
        let scores = recipe.val || isLast ? try evaluator.evaluate(state.average.values, ranks: ranks) : nil
        let verdict = try agreeOnVerdict(scores, isTimeUp: isTimeUp)
        let row = EpochReport(
            epoch: epoch, terms: state.progress.termMeans, scores: scores, fitness: verdict.fitness,
            isBest: verdict.isBest, rates: schedule.rates(batch: max(batchNumber - 1, 0)),
            seconds: verdict.seconds, stops: verdict.stops, loading: source.loading.since(loadedBefore))
        loadedBefore = source.loading
        // All at once: a save from a signal must not see a fitness that counts and an epoch that does not.
        state.changing {
            if let value = verdict.fitness { _ = state.progress.stopping.observe(value, epoch: epoch + 1) }
            if verdict.isBest { state.progress.bestMetrics = verdict.metrics }
            state.progress.seconds = verdict.seconds
            state.progress.epochs = verdict.epochs
            state.progress.epoch += 1
            state.progress.step = 0
            state.progress.termSums = []
            state.progress.termSteps = 0
        }
        try journal.finish(row, state)
        return verdict
    }

    /// Number, over the whole run, of the next batch.
    var batchNumber: Int { state.progress.epoch * source.stepsPerEpoch + state.progress.step }
}
