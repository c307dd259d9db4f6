import Checkpoints
import Configuration
import Foundation
import Layers
import Optimization
import Synchronization
import Tensors

@testable import Training

/// A folder of its own for a test, removed with it.
final class ScratchFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "journal-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func text(_ name: String) throws -> String { try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }

    func lines(_ name: String) throws -> [String] { try text(name).split(separator: "\n").map(String.init) }

    func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)").sorted()
    }
}

/// A model with every kind of entry.
func smallWeights(channels: Int = 3, seed: Int = 1) -> Weights {
    let weights = Weights()
    let root = weights.scope / "model" / 0
    _ = (root / "conv").parameter("weight", [channels, 2, 3, 3], .weight, .uniform(fanIn: 18))
    _ = (root / "bn").parameter("weight", [channels], .norm, .constant(1))
    _ = (root / "bn").parameter("bias", [channels], .bias, .uniform(fanIn: 4))
    _ = (root / "bn").statistic("running_mean", count: channels, initial: 0, momentum: 0.03)
    (root / "bn").counter("num_batches_tracked")
    (root / "dfl").constant("weight", [2], [0, 1])
    weights.seal(seed: seed)
    return weights
}

func randomBuffer(_ count: Int, _ key: Int) -> FlatBuffer {
    var random = RandomStream(key)
    let buffer = FlatBuffer(count: count)
    for i in 0..<count { buffer.pointer[i] = Float(random.normal()) }
    return buffer
}

/// A run with nothing but its state, driven by hand.
final class HandDrivenRun {
    let state: RunState
    let stepsPerEpoch = 2
    let rates = Rates(weight: 0.1, norm: 0.2, bias: 0.3, momentum: 0.9, weightDecay: 5e-4)

    init(_ optimizer: String = "SGD", epochs: Int = 3, channels: Int = 3) {
        let weights = smallWeights(channels: channels)
        state = RunState(
            weights: weights, optimizer: optimizer == "SGD" ? SGD(weights) : AdamW(weights, beta1: 0.9),
            progress: Training.Progress(epochs: epochs, patience: 100))
    }

    /// Moves everything that a checkpoint must hold; leaves a batch gathered when asked.
    func step(gathering: Bool = false) {
        let weights = state.weights
        let key = state.progress.epoch * 10 + state.progress.step
        state.changing {
            state.gather(randomBuffer(weights.parameterCount, key))
            weights.values.pointer[weights.parameterCount] += 0.25
            weights.stepsTracked += 1
            if !gathering {
                state.optimizer.step(weights, gradient: state.gathered, scale: 1, rates: rates)
                state.average.follow(weights)
                state.progress.gathered = 0
            }
            state.progress.termSums = [1.5, 0.1, 1.0 / 3]
            state.progress.termSteps += 1
            state.progress.step += 1
        }
    }

    func report(norm: Double = 2, values: [Double] = [1.25, 2.5, 0.75, 0.5, 0.25], skipped: Bool = false) -> StepReport
    {
        StepReport(
            epoch: state.progress.epoch, step: state.progress.step,
            batch: state.progress.epoch * stepsPerEpoch + state.progress.step - 1, values: values, norm: norm,
            rates: rates, images: 8, objects: 21, isSkipped: skipped, stops: false, seconds: 0.5, loadingSeconds: 0.125)
    }

    /// What the trainer does after the last step of an epoch.
    func judge(fitness: Double, isBest: Bool) -> EpochReport {
        let report = epochReport(epoch: state.progress.epoch, fitness: fitness, isBest: isBest, rates: rates)
        state.changing {
            _ = state.progress.stopping.observe(fitness, epoch: state.progress.epoch + 1)
            state.progress.seconds = report.seconds
            state.progress.epoch += 1
            state.progress.step = 0
            state.progress.termSums = []
            state.progress.termSteps = 0
        }
        return report
    }

    func epoch(_ journal: any Journal, fitness: Double, isBest: Bool) throws {
        for number in 0..<stepsPerEpoch {
            step()
            try journal.record(report(norm: Double(1 + number)), state)
        }
        try journal.finish(judge(fitness: fitness, isBest: isBest), state)
    }
}

func epochReport(epoch: Int, fitness: Double?, isBest: Bool, rates: Rates) -> EpochReport {
    let scores = Scores(metrics: [0.5, 0.25, 0.123456, fitness ?? 0], losses: [1, 2, 3], report: "all 4 21 0.5 0.25")
    return EpochReport(
        epoch: epoch, terms: [1.234567, 2.5, 0.75, 0.5, 0.25], scores: fitness == nil ? nil : scores, fitness: fitness,
        isBest: isBest, rates: rates, seconds: 12.5 * Double(epoch + 1), stops: false)
}

let fiveTerms: [(name: String, weight: Double)] = [
    ("box", 2), ("cls", 2), ("dfl", 2), ("distill_box", 1), ("distill_cls", 0),
]

func facts(_ change: (inout RunFacts) -> Void = { _ in }) -> RunFacts {
    var facts = RunFacts(
        programVersion: "0.1.0", recipe: "epochs: 3\n", model: ["names": "[\"a\",\"b\"]"], teacherDigest: "t",
        dataDigest: "d", shards: 2)
    change(&facts)
    return facts
}

/// What a console was given.
final class Screen {
    private(set) var text = ""

    func console(isTerminal: Bool) -> Console { Console(isTerminal: isTerminal) { self.text += $0 } }
}

/// A run folder with its journal.
struct JournalBench {
    let screen = Screen()
    let folder: RunFolder
    let journal: RunJournal

    init(
        _ scratch: ScratchFolder, isTerminal: Bool = false, existOk: Bool = false, resumed: Snapshot? = nil,
        operations: any FileOperations = SystemFiles(), _ change: (inout Recipe) -> Void = { _ in }
    ) throws {
        var recipe = Recipe()
        change(&recipe)
        folder =
            try resumed == nil
            ? RunFolder(project: scratch.path, name: "train", existOk: existOk, operations: operations)
            : RunFolder(resuming: CheckpointPlace(run: "\(scratch.path)/train"), operations: operations)
        let log = RunLog(screen.console(isTerminal: isTerminal))
        log.open(in: folder, resuming: resumed != nil)
        journal = try RunJournal(
            folder, log: log, recipe: recipe, facts: facts(), terms: fiveTerms, stepsPerEpoch: 2, resumed: resumed)
    }
}

/// Files whose creation fails on request.
final class FlakyFiles: FileOperations {
    private let system = SystemFiles()
    let isFull = Mutex(false)
    /// Checkpoints that get no file, by the beginnings of their names.
    let refused = Mutex<[String]>([])

    private func refuse(_ operation: String, _ path: String) throws {
        let name = (path as NSString).lastPathComponent
        if refused.withLock({ $0.contains { name.hasPrefix($0) } }) {
            throw FileFailure(operation: operation, path: path, code: EIO)
        }
    }

    func create(_ path: String) throws -> Int32 {
        if isFull.withLock({ $0 }) { throw FileFailure(operation: "create", path: path, code: ENOSPC) }
        try refuse("create", path)
        return try system.create(path)
    }

    func write(_ bytes: UnsafeRawBufferPointer, to file: Int32, path: String) throws -> Int {
        try system.write(bytes, to: file, path: path)
    }

    func sync(_ file: Int32, path: String) throws { try system.sync(file, path: path) }
    func close(_ file: Int32, path: String) throws { try system.close(file, path: path) }
    func read(_ path: String) throws -> [UInt8] { try system.read(path) }
    func link(_ path: String, to second: String) throws {
        try refuse("link", second)
        try system.link(path, to: second)
    }
    func rename(_ path: String, to target: String) throws { try system.rename(path, to: target) }
    func unlink(_ path: String) throws { try system.unlink(path) }
    func syncFolder(_ path: String) throws { try system.syncFolder(path) }
    func names(in folder: String) throws -> [String] { try system.names(in: folder) }
}
