import CHost
import Collectives
import Configuration
import Detection
import Diagnostics
import Layers
import Models
import Optimization
import Tensors
import Training

/// Measures the real training step on images made of noise, and its two halves.
struct Bench {
    typealias DetectionTrainer = Trainer<Detector, DetectionObjective>

    let options: BenchOptions
    let ranks: any Communicator
    private let recipe: Recipe
    private let student: Detector
    private let teacher: Detector
    private let source: SyntheticSource
    private let preparation: TeacherPreparation

    /// - Throws: `Problem` when a model is not known.
    init(_ options: BenchOptions, ranks: any Communicator) throws {
        self.options = options
        self.ranks = ranks
        recipe = options.recipe
        try Machine.start(recipe, ranks: ranks)
        let names = (0..<5).map { "class_\($0)" }
        student = try Detector(table: Bench.table(options.student), classNames: names, seed: 0)
        teacher = try Detector(table: Bench.table(options.teacher), classNames: names, seed: 1)
        _ = try ConvolutionPlanning(recipe: recipe, ranks: ranks).decide(
            student: student, teacher: teacher, resumed: nil)
        preparation = try TeacherPreparation(teacher, size: recipe.imageSize, ranks: ranks)
        source = SyntheticSource(
            images: options.batch, size: options.size, classCount: names.count,
            steps: options.steps + 1 + options.profiledSteps, rank: ranks.rank)
    }

    /// What another measurement must have in common with this one.
    var settings: BenchSettings {
        BenchSettings(
            student: options.student, teacher: options.teacher, imgsz: options.size, batch: options.batch,
            threads: Threads.count, ranks: ranks.size,
            checkpointActivations: options.checkpointsActivations,
            gradientCompression: options.compression.rawValue)
    }

    private static func table(_ name: String) throws -> LayerTable {
        guard let table = try LayerTable.named(name) else {
            throw Problem(
                "\(name) is not a known model", remedy: "Use a name such as yolov8n or yolov8m", exit: .commandLine)
        }
        return table
    }

    /// How a measurement ended.
    enum Ending {
        /// The result on rank 0, nil elsewhere.
        case done(BenchResult?)
        case stopped
    }

    /// Runs all steps, unless somebody asks to stop.
    func run() throws -> Ending {
        let operations = try (student.operations(size: options.size), teacher.operations(size: options.size))
        releaseUnusedMemory()
        // Before steps warm the CPU, so that both see the same clock.
        let peak = arithmeticPeak()
        let state = RunState(
            weights: student.weights, optimizer: SGD(student.weights), progress: Progress(epochs: 1, patience: 0))
        let whole = trainer(teacher: teacher, state), alone = trainer(teacher: nil, state)
        var times = (whole: BenchTimes(), teacher: BenchTimes(), student: BenchTimes())
        var memory = MemoryWatch(preparation)
        var exchange = StepMeasurement()
        for _ in 0...options.steps {
            // In turns, so that whatever else the machine does meets all three alike.
            times.teacher.measure { memory.teacher { _ = teacher(Activation(source.batch.images)) } }
            _ = try times.student.measure { try memory.student { try alone.step() } }
            let report = try times.whole.measure { try memory.step { try whole.step() } }
            guard !report.isSkipped else {
                throw Problem("a step on noise was not finite", exit: .internalError)
            }
            if report.stops { return .stopped }
            exchange.add(report, seconds: times.whole.last, whole.exchange)
        }
        var result = try BenchResult(
            BenchResult.Own(
                step: times.whole.median, teacher: times.teacher.median, student: times.student.median,
                stepCPU: times.whole.cpuMedian, teacherCPU: times.teacher.cpuMedian,
                studentCPU: times.student.cpuMedian, peak: peak,
                memory: memory.result(
                    student: student.weights, teacher: teacher.weights,
                    training: state.trainingBytes + whole.exchangeBytes + alone.exchangeBytes)),
            options, ranks: ranks,
            operations: operations,
            kernels: options.measuresKernels ? KernelBandwidths() : nil)
        // Apart from the assignment: all ranks call it, also those that have no result.
        let exposed = try ExchangeResult(exchange, ranks: ranks)
        result?.exchange = exposed
        // Afterwards: neither the profile nor the buffers of the bandwidth's measurement touch the numbers above.
        guard let steps = try profiled(whole) else { return .stopped }
        if !steps.isEmpty {
            // All ranks at once, as in a step.
            let bandwidth = memoryBandwidth()
            result?.profile = StepProfile(steps, peak: peak, bandwidth: bandwidth)
        }
        return .done(result)
    }

    /// Runs whole steps only; nil when somebody asks to stop.
    func measureSteps() throws -> (times: BenchTimes, exchange: StepMeasurement)? {
        let state = RunState(
            weights: student.weights, optimizer: SGD(student.weights), progress: Progress(epochs: 1, patience: 0))
        let whole = trainer(teacher: teacher, state)
        var times = BenchTimes(), exchange = StepMeasurement()
        for _ in 0...options.steps {
            let report = try times.measure { try whole.step() }
            if report.stops { return nil }
            exchange.add(report, seconds: times.last, whole.exchange)
        }
        return (times, exchange)
    }

    /// Further whole steps, profiled; nil when somebody asks to stop.
    private func profiled(_ trainer: DetectionTrainer) throws -> [StepProfile.Step]? {
        var steps: [StepProfile.Step] = []
        for _ in 0..<options.profiledSteps {
            let start = chost_seconds()
            var stops = false
            let entries = try KernelProfile.record { stops = try trainer.step().stops }
            if stops { return nil }
            steps.append((entries, chost_seconds() - start))
        }
        return steps
    }

    /// A trainer of the student; every step moves the weights.
    private func trainer(teacher: Detector?, _ state: RunState) -> DetectionTrainer {
        let images = options.batch * ranks.size
        let schedule = Schedule(
            epochs: 1, batchesPerEpoch: source.stepsPerEpoch, globalBatch: images, nominalBatch: images,
            initialRate: 1e-3, finalShare: 1, momentum: recipe.momentum, weightDecay: 0, cosine: false,
            warmupEpochs: 0, warmupMomentum: 0, warmupBiasRate: 0, longWarmup: false)
        return DetectionTrainer(
            recipe: recipe, student: student, teacher: teacher,
            objective: DetectionObjective(recipe: recipe, hasTeacher: teacher != nil),
            evaluator: SilentEvaluator(), source: source, ranks: ranks, localShards: 1, schedule: schedule,
            state: state, journal: SilentJournal(), stopRequested: { StopSignal.received != nil })
    }
}
