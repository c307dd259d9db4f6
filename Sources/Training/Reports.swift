import Collectives
import Configuration
import Datasets
import Foundation
import Optimization

/// What a step did.
public struct StepReport: Sendable {
    /// 0-based.
    public var epoch: Int
    /// 1-based within the epoch.
    public var step: Int
    /// 0-based over the whole run.
    public var batch: Int
    /// Value of each term over the global batch.
    public var values: [Double]
    /// L2 norm of the gradient before clipping: of all that was gathered when the optimizer moved, else of this step's.
    public var norm: Double
    /// What the schedule asks for at this batch, whether or not the optimizer moved.
    public var rates: Rates
    /// Of all shards.
    public var images: Int
    /// Labelled objects on these images.
    public var objects: Int
    /// Whether something was not finite, so that nothing of the step entered the run's state.
    public var isSkipped: Bool
    /// Whether the ranks agreed to stop after this step.
    public var stops: Bool
    /// Wall time since the step before ended, the journal's work on that one included; an epoch's first step counts from
    /// its own beginning.
    public var seconds: Double
    /// Part of `seconds` until the batches were there.
    public var loadingSeconds: Double
    /// Part of `seconds` in which this rank waited for others.
    public var waits = RankWaits()
}

/// Seconds in which a rank could do nothing but wait for others; near 0 on a single one.
public struct RankWaits: Equatable, Sendable, Codable {
    /// For the small sum that every rank enters after its forward passes.
    public var agreement = 0.0
    /// After the way back, for sums on their way: what of all-reduce it did not hide, and ranks that came later.
    public var sums = 0.0

    static func + (first: RankWaits, second: RankWaits) -> RankWaits {
        RankWaits(agreement: first.agreement + second.agreement, sums: first.sums + second.sums)
    }
}

/// What an epoch did.
public struct EpochReport: Sendable {
    /// 0-based.
    public var epoch: Int
    /// Mean of each term.
    public var terms: [Double]
    /// On rank 0, when validated.
    public var scores: Scores?
    /// The weighted metrics; nil when not validated. The same on every rank.
    public var fitness: Double?
    /// Whether no epoch before had as much.
    public var isBest: Bool
    /// At the epoch's last batch.
    public var rates: Rates
    /// Spent in steps and validation up to here, over all starts of the run.
    public var seconds: Double
    /// Whether patience or time has run out; not set merely because it is the last epoch.
    public var stops: Bool
    /// What loading has cost this rank since the epoch before.
    public var loading = LoadingTimes.Sums()
}

/// How a run ended.
public enum Ending: Equatable, Sendable {
    /// After its last epoch.
    case finished
    /// Without patience or time left.
    case stoppedEarly
    /// In mid-epoch, by a signal; it can be resumed.
    case stoppedOnRequest
}

/// Where a run is written down: progress, files, checkpoints. Ranks other than 0 write nothing.
public protocol Journal: AnyObject {
    /// A line for people.
    func note(_ text: String) throws
    /// After every step, with the state that it left.
    func record(_ report: StepReport, _ state: RunState) throws
    /// After every epoch, with the state that the next one begins with.
    func finish(_ report: EpochReport, _ state: RunState) throws
}
