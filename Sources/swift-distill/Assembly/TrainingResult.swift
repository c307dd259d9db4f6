import Checkpoints
import Foundation
import Training

/// What came of a run, for programs.
struct TrainingResult: Encodable {
    /// The run folder.
    var run: String
    /// `finished`, `stopped early` or `stopped`.
    var ending: String
    var epochs: Int
    var seconds: Double
    /// 1-based; nil when none was validated.
    var bestEpoch: Int?
    /// Of the best epoch, of the student before training.
    var metrics: [String: Double]?
    var metricsAtStart: [String: Double]?
    /// Files of weights by what they are.
    var weights: [String: String]

    enum CodingKeys: String, CodingKey {
        case run, ending, epochs, seconds, metrics, weights
        case bestEpoch = "best_epoch"
        case metricsAtStart = "metrics_at_start"
    }

    init(_ journal: RunJournal, _ ending: Ending, _ progress: Training.Progress) {
        run = journal.folder.path
        self.ending =
            switch ending {
            case .finished: "finished"
            case .stoppedEarly: "stopped early"
            case .stoppedOnRequest: "stopped"
            }
        epochs = progress.epoch
        seconds = progress.seconds
        if progress.stopping.bestEpoch > 0 { bestEpoch = progress.stopping.bestEpoch }
        metrics = TrainingResult.named(progress.bestMetrics)
        metricsAtStart = TrainingResult.named(progress.startMetrics)
        let files = ["best", "last"].map { ($0, CheckpointFolder.file($0, in: journal.folder.checkpoints.path)) }
        weights = Dictionary(uniqueKeysWithValues: files.filter { FileManager.default.fileExists(atPath: $0.1) })
    }

    private static func named(_ metrics: [Double]) -> [String: Double]? {
        guard metrics.count == 4, metrics.allSatisfy(\.isFinite) else { return nil }
        return Dictionary(uniqueKeysWithValues: zip(["precision", "recall", "mAP50", "mAP50-95"], metrics))
    }
}
