import Checkpoints
import Collectives
import Detection
import Diagnostics
import Foundation
import Models
import Training

/// Measures the best weights of a finished run once more, for its pictures; all ranks take part.
struct FinalValidation {
    let student: Detector
    let evaluator: DetectionEvaluator
    let ranks: any Communicator
    let log: RunLog

    /// What was found, on rank 0; nil, too, when the weights cannot be read, which costs a warning.
    ///
    /// - Parameter checkpoints: where the weights are; on rank 0, which tells the others.
    func details(of checkpoints: CheckpointFolder?) throws -> ValidationDetails? {
        let model = try student.twin()
        var bytes: [UInt8] = []
        if let checkpoints {
            let path = FinalValidation.bestFile(in: checkpoints)
            do {
                let weights = try ModelFile(SafeTensors(contentsOf: path), path: path).weights
                let rows = Dictionary(uniqueKeysWithValues: student.classNames.indices.map { ($0, $0) })
                try model.load(weights.mapValues { ($0.shape, $0.values) }, rows: rows, file: path)
                bytes = model.weights.values.bytes
                log.note("Validating \(path)...")
            } catch {
                log.note("warning: \(error) The run ends without pictures of its validation.")
            }
        }
        bytes = try ranks.broadcast(bytes)
        if bytes.isEmpty { return nil }
        model.weights.values.copy(bytes: bytes)
        model.weights.didChange()
        evaluator.keepsDetails = true
        defer { evaluator.keepsDetails = false }
        guard let scores = try evaluator.evaluate(model, ranks: ranks) else { return nil }
        log.note(text: scores.report)
        return evaluator.details
    }

    /// The best weights, or the last where none were best.
    static func bestFile(in checkpoints: CheckpointFolder) -> String {
        let files = ["best", "last"].map { CheckpointFolder.file($0, in: checkpoints.path) }
        return files.first { FileManager.default.fileExists(atPath: $0) } ?? files[1]
    }
}
