import Checkpoints
import Diagnostics
import Layers

extension RunState {
    /// Becomes the state that was saved, bit for bit.
    ///
    /// Everything is checked before anything is changed.
    ///
    /// - Throws: `Problem` when the checkpoint is of another architecture or optimizer, or lacks a tensor.
    public func restore(from snapshot: Snapshot) throws {
        try changing {
            guard snapshot.optimizer == optimizer.name else {
                throw Problem(
                    "was made with optimizer \(snapshot.optimizer), this run has \(optimizer.name)",
                    file: snapshot.path, remedy: "Resume with the optimizer of the checkpoint")
            }
            let expected = places(gathered: snapshot.progress.gathered > 0)
            for place in expected { try place.check(in: snapshot) }
            let known = Set(expected.map(\.name))
            if let foreign = snapshot.tensors.entries.keys.sorted().first(where: { !known.contains($0) }) {
                throw Problem(
                    "has a tensor '\(foreign)' that this run does not know", file: snapshot.path,
                    remedy: RestoredTensor.remedy)
            }
            for place in expected {
                if case .counter = place.entry.content { continue }
                weights.write(place.entry, try snapshot.tensors.floats(place.name), to: place.buffer)
            }
            weights.stepsTracked = snapshot.stepsTracked
            optimizer.steps = snapshot.optimizerSteps
            average.updates = snapshot.averageUpdates
            progress = snapshot.progress
        }
    }

    private func places(gathered: Bool) -> [RestoredTensor] {
        weights.entries.flatMap { entry in
            var buffers = SnapshotLayout.models(of: self)
            if case .parameter = entry.content {
                buffers += SnapshotLayout.parameterBuffers(of: self, gathered: gathered)
            }
            return buffers.map { RestoredTensor(name: $0.prefix + entry.name, entry: entry, buffer: $0.buffer) }
        }
    }
}

/// A tensor of a checkpoint and where it goes.
private struct RestoredTensor {
    static let remedy = "Resume with the student the run was started with"
    let name: String
    let entry: Weights.Entry
    let buffer: FlatBuffer

    func check(in snapshot: Snapshot) throws {
        guard let found = snapshot.tensors.entries[name] else {
            throw Problem("has no tensor '\(name)'", file: snapshot.path, remedy: RestoredTensor.remedy)
        }
        guard found.shape == entry.shape else {
            throw Problem(
                "tensor '\(name)' has shape \(found.shape), the run's \(entry.shape)", file: snapshot.path,
                remedy: RestoredTensor.remedy)
        }
        var type = "F32"
        if case .counter = entry.content { type = "I64" }
        guard found.type == type, found.bytes.count == entry.count * (type == "F32" ? 4 : 8) else {
            throw Problem(
                "tensor '\(name)' has type \(found.type), not \(type)", file: snapshot.path,
                remedy: "Start from it with `pretrained` instead of resuming")
        }
    }
}
