import Checkpoints
import Foundation
import Layers

/// The state of a run at the end of a step, as a checkpoint holds it.
///
/// Tensors are named as in the field's files behind a prefix: `model.` the weights, `ema.` their average, `optim.<state>.`
/// the optimizer's buffers, `gathered.` gradients that wait for the optimizer. The rest is text in the metadata.
public struct Snapshot: Sendable {
    /// What is in the file, before it is sealed.
    public let tensors: SafeTensors
    /// The file in messages.
    public let path: String
    /// What stays the same over the run.
    public let facts: RunFacts
    /// How far the run had come.
    public let progress: Progress
    /// Name of the update rule.
    public let optimizer: String
    let optimizerSteps: Int
    let averageUpdates: Int
    let stepsTracked: Int
    let tally: EpochTally
    /// The last row of `results.csv`; nil before the first, and in checkpoints of before.
    let row: String?

    /// Raised whenever files of before cannot be continued any more.
    static let formatVersion = 1

    /// Copies the state; the caller holds its lock.
    init(ofLocked state: RunState, facts: RunFacts, tally: EpochTally, row: String? = nil) throws {
        path = "checkpoint"
        self.row = row
        self.facts = facts
        self.tally = tally
        progress = state.progress
        optimizer = state.optimizer.name
        optimizerSteps = state.optimizer.steps
        averageUpdates = state.average.updates
        stepsTracked = state.weights.stepsTracked
        var entries: [String: SafeTensors.Entry] = [:]
        for entry in state.weights.entries {
            for (prefix, buffer) in SnapshotLayout.models(of: state) {
                entries[prefix + entry.name] = SnapshotLayout.tensor(entry, of: state.weights, buffer)
            }
            guard case .parameter = entry.content else { continue }
            for (prefix, buffer) in SnapshotLayout.parameterBuffers(of: state, gathered: progress.gathered > 0) {
                entries[prefix + entry.name] = SnapshotLayout.tensor(entry, of: state.weights, buffer)
            }
        }
        var text = facts.model
        text["format"] = ModelFile.checkpointFormat
        text["format_version"] = String(Snapshot.formatVersion)
        text["program_version"] = facts.programVersion
        text["recipe"] = facts.recipe
        text["teacher_digest"] = facts.teacherDigest
        text["data_digest"] = facts.dataDigest
        text["shards"] = String(facts.shards)
        text["convolutions"] = facts.convolutions
        text["optimizer"] = optimizer
        text["optimizer_steps"] = String(optimizerSteps)
        text["ema_updates"] = String(averageUpdates)
        text["steps_tracked"] = String(stepsTracked)
        text["progress"] = try SnapshotLayout.json(progress)
        text["tally"] = try SnapshotLayout.json(tally)
        text["results_row"] = row
        tensors = SafeTensors(entries: entries, metadata: text)
    }

    /// Copies the state of a run.
    public init(of state: RunState, facts: RunFacts) throws {
        self = try state.changing { try Snapshot(ofLocked: state, facts: facts, tally: EpochTally()) }
    }
}

/// Which tensors stand for which buffers of a run.
enum SnapshotLayout {
    /// Buffers with all entries of a model.
    static func models(of state: RunState) -> [(prefix: String, buffer: FlatBuffer)] {
        [("model.", state.weights.values), (ModelFile.averagePrefix, state.average.values)]
    }

    /// Buffers with the parameters only.
    static func parameterBuffers(of state: RunState, gathered: Bool) -> [(prefix: String, buffer: FlatBuffer)] {
        let optimizer = state.optimizer.state.map { ("optim.\($0.name).", $0.buffer) }
        return optimizer + (gathered ? [("gathered.", state.gathered)] : [])
    }

    static func tensor(_ entry: Weights.Entry, of weights: Weights, _ buffer: FlatBuffer) -> SafeTensors.Entry {
        if case .counter = entry.content { return .init(ints: [weights.stepsTracked], shape: entry.shape) }
        return .init(floats: weights.read(entry, from: buffer), shape: entry.shape)
    }

    /// A value as JSON that gives equal numbers back.
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func value<Value: Decodable>(_ type: Value.Type, _ json: String) throws -> Value {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return try decoder.decode(type, from: Data(json.utf8))
    }
}
