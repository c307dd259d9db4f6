import Collectives
import Configuration
import Datasets
import Foundation
import Optimization

/// What a step did.
public struct StepReport: Sendable {
    public var epoch: Int
    public var step: Int
    /// Number of the batch over the whole run.
    public var batch: Int
    /// Value of each term over the global batch.
    public var values: [Double]
    /// Gradient norm before clipping.
    public var norm: Double
    public var rates: Rates
    public var images: Int
    public var objects: Int
    public var isSkipped: Bool
    /// Whether the ranks agreed to stop after this step.
    public var stops: Bool
    public var seconds: Double
    /// Part of `seconds` spent waiting for data.
    public var loadingSeconds: Double
}

/// What an epoch did.
public struct EpochReport: Sendable {
    /// 0-based.
    public var epoch: Int
    /// Mean of each term.
    public var terms: [Double]
    /// On rank 0, when validated.
    public var scores: Scores?
    public var fitness: Double?
    public var isBest: Bool
    public var rates: Rates
    /// Since the start of the run.
    public var seconds: Double
    public var stops: Bool
}

/// How a run ended.
public enum Ending: Equatable, Sendable {
    case finished
    case stoppedEarly
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

/// What a run is made of.
public struct TrainerParts<Student, Task> {
    public var recipe: Recipe
    public var student: Student
    public var teacher: Student?
    public var objective: Task
    public var evaluator: any Evaluator
    public var source: any BatchSource
    public var ranks: any Communicator
    /// Shards that this rank carries.
    public var localShards: Int
    public var schedule: Schedule
    public var state: RunState
    public var journal: any Journal
    public var stopRequested: () -> Bool

    public init(
        recipe: Recipe, student: Student, teacher: Student?, objective: Task, evaluator: any Evaluator,
        source: any BatchSource, ranks: any Communicator, localShards: Int, schedule: Schedule, state: RunState,
        journal: any Journal, stopRequested: @escaping () -> Bool
    ) {
        self.recipe = recipe
        self.student = student
        self.teacher = teacher
        self.objective = objective
        self.evaluator = evaluator
        self.source = source
        self.ranks = ranks
        self.localShards = localShards
        self.schedule = schedule
        self.state = state
        self.journal = journal
        self.stopRequested = stopRequested
    }
}
