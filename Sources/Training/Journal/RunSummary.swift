import Foundation

/// The last words of a run.
struct RunSummary {
    var ending: Ending
    var progress: Progress
    /// The run folder, for `resume`.
    var run: String
    /// Files of weights that exist, with what they are.
    var files: [(name: String, path: String)]

    var text: String {
        let hours = String(format: "%.3f", progress.seconds / 3600)
        var lines = ["\(progress.epoch) epochs completed in \(hours) hours."]
        switch ending {
        case .finished: break
        case .stoppedEarly: lines.insert(reasonToStop, at: 0)
        case .stoppedOnRequest:
            lines.insert(
                "Stopped on request after step \(progress.step) of epoch \(progress.epoch + 1). "
                    + "To continue: resume=\(run)", at: 0)
        }
        let best = progress.stopping
        if best.bestEpoch > 0 {
            lines.append("Best: epoch \(best.bestEpoch) with fitness \(String(format: "%.5f", best.bestFitness))")
        }
        lines += files.map { "\($0.name): \($0.path)" }
        if progress.skipped > 0 { lines.append("Skipped steps: \(progress.skipped), because something was not finite") }
        return lines.joined(separator: "\n")
    }

    private var reasonToStop: String {
        let stopping = progress.stopping
        let waited = progress.epoch - stopping.bestEpoch
        return stopping.patience > 0 && waited >= stopping.patience
            ? "EarlyStopping: no improvement in the last \(waited) epochs" : "The time of this run is over"
    }
}
