import Checkpoints
import Exports
import Foundation
import Training

/// The averaged weights of a checkpoint as the files that a run ends with.
struct HandedOver {
    private var model: ExportedModel
    private let record: RunRecord

    /// - Throws: `Problem` when the checkpoint is damaged.
    init(checkpoint path: String) throws {
        try self.init(Snapshot(SafeTensors(contentsOf: path), path: path))
    }

    init(_ snapshot: Snapshot) throws {
        record = try RunRecord(snapshot)
        model = try ExportedModel(ModelFile(snapshot.tensors, path: snapshot.path), path: snapshot.path)
    }

    /// Equal for equal runs, whenever they were and however many ranks they had.
    var safeTensors: [UInt8] {
        get throws {
            var model = model
            model.record = record.reproducible
            return try model.safeTensors(half: false, program: ModelExport.program).serialized()
        }
    }

    /// As the field has one at the end of a training, the table of epochs included.
    var torchFile: [UInt8] {
        get throws {
            var model = model
            model.record = record.record
            return try model.torchFile(half: model.fitsHalf, program: ModelExport.program)
        }
    }
}
