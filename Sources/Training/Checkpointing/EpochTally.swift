/// What the journal counts over an epoch; kept in checkpoints, so that a row does not depend on where a run was stopped.
struct EpochTally: Equatable, Sendable, Codable {
    /// Sum of the gradient norms of sound steps.
    var normSum = 0.0
    /// Sound steps.
    var soundSteps = 0
    var skippedSteps = 0
    var images = 0
    /// Seconds of all steps.
    var seconds = 0.0
    /// Part of `seconds` that steps waited for batches; nil in checkpoints of before.
    var loadingSeconds: Double?
    /// Part of them that rank 0 waited for others; nil in checkpoints of before.
    var waits: RankWaits?

    mutating func add(_ report: StepReport) {
        if report.isSkipped {
            skippedSteps += 1
        } else {
            normSum += report.norm
            soundSteps += 1
        }
        images += report.images
        seconds += report.seconds
        loadingSeconds = (loadingSeconds ?? 0) + report.loadingSeconds
        waits = (waits ?? RankWaits()) + report.waits
    }

    /// Mean gradient norm of the sound steps; NaN when there are none.
    var meanNorm: Double { soundSteps == 0 ? .nan : normSum / Double(soundSteps) }
    /// Part of the steps' time that they waited for batches.
    var waitingShare: Double { seconds > 0 ? (loadingSeconds ?? .nan) / seconds : .nan }
    /// Shares of the steps' time that rank 0 waited for others.
    var waitShares: RankWaits {
        guard let waits, seconds > 0 else { return RankWaits() }
        return RankWaits(agreement: waits.agreement / seconds, sums: waits.sums / seconds)
    }
    var imagesPerSecond: Double { seconds > 0 ? Double(images) / seconds : .nan }
}

/// A place between two steps of a run.
struct Position: Equatable, Sendable, Comparable {
    /// Epochs finished.
    var epoch: Int
    /// Steps taken in the epoch at hand.
    var step: Int

    static func < (first: Position, second: Position) -> Bool {
        (first.epoch, first.step) < (second.epoch, second.step)
    }
}

extension Progress {
    /// Where the run stands.
    var position: Position { Position(epoch: epoch, step: step) }
}
