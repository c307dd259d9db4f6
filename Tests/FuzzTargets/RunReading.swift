import Checkpoints
import Configuration
import Foundation
import Layers
import Optimization
import Training

/// Readers of what a run of before has left.
enum RunReading {
    /// A checkpoint of the small run, as its file.
    static var sample: [UInt8] {
        do { return try Snapshot(of: state(), facts: facts).tensors.serialized() } catch {
            preconditionFailure("no sample: \(error)")
        }
    }

    /// The digests are left out: they notice damage, and whoever means harm computes them.
    static func checkpoint(_ bytes: [UInt8]) throws {
        let snapshot = try Snapshot(SafeTensors(bytes: bytes, path: "last.safetensors"), path: "last.safetensors")
        let state = state()
        try state.restore(from: snapshot)
        // What the next step, and the end of its epoch, count on.
        state.changing {
            state.progress.step += 1
            state.progress.gathered += 1
            state.progress.termSteps += 1
            state.progress.skipped += 1
            state.progress.skippedInARow += 1
            state.progress.epoch += 1
            state.progress.lastUpdate += 1
            state.optimizer.steps += 1
            state.average.updates += 1
            state.weights.stepsTracked += 1
        }
        _ = (state.progress.isOver, state.progress.termMeans)
    }

    static func journal(_ bytes: [UInt8]) throws {
        let parts = bytes.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        for (name, part) in zip(["results.csv", "events.jsonl", "metrics.jsonl"], parts) {
            _ = ScratchFile.write("run/\(name)", Array(part))
        }
        let state = state()
        state.changing { state.progress.epoch = 1 }
        let folder = try RunFolder(resuming: CheckpointPlace(run: ScratchFile.folder + "/run"))
        let journal = try RunJournal(
            folder, log: RunLog(isQuiet: true), recipe: Recipe(), facts: facts, terms: [("box", 1), ("cls", 1)],
            stepsPerEpoch: 2, resumed: Snapshot(of: state, facts: facts))
        try journal.note("goes on")
    }

    private static let facts = RunFacts(
        programVersion: "0.1.0", recipe: "epochs: 3\n", model: ["names": "[\"a\",\"b\"]"], teacherDigest: "t",
        dataDigest: "d", shards: 2)

    /// A run with a model of one small layer.
    private static func state() -> RunState {
        let weights = Weights()
        let layer = weights.scope / "model" / 0
        _ = (layer / "conv").parameter("weight", [2, 1, 1, 1], .weight, .uniform(fanIn: 1))
        _ = (layer / "bn").parameter("weight", [2], .norm, .constant(1))
        _ = (layer / "bn").statistic("running_mean", count: 2, initial: 0, momentum: 0.03)
        (layer / "bn").counter("num_batches_tracked")
        weights.seal(seed: 1)
        return RunState(
            weights: weights, optimizer: SGD(weights), progress: Training.Progress(epochs: 3, patience: 100))
    }
}
