import Collectives
import Datasets
import Layers

/// What a student is trained for: how wrong an answer is, and how it would have to change.
///
/// A step has two phases. Each shard `prepare`s what depends on its own images and counts what terms are divided by; the
/// counts are summed over all shards; then each shard `evaluate`s its part of every term. Parts add up over shards.
public protocol Objective {
    /// What a model says about a batch.
    associatedtype Answer
    /// What the second phase needs to know from the first, for one shard.
    associatedtype Preparation

    /// Names of the terms, as in logs.
    var names: [String] { get }
    /// Factor of each term in the total.
    var weights: [Double] { get }
    /// The objective as an equation, for the log's first lines.
    var text: String { get }

    /// First phase, on one shard; `taught` is nil without a teacher.
    func prepare(_ learned: Answer, taught: Answer?, labels: BoxLabels) -> Preparation
    /// What a shard adds to the normalisers.
    func counts(of preparation: Preparation) -> [Double]
    /// Second phase, on one shard: its part of every term. The gradient of the total (or of one term alone) is received by
    /// the answer's activations.
    func evaluate(_ preparation: Preparation, of learned: Answer, counts: [Double], isolating term: Int?) -> ShardLoss
}

/// A shard's part of every term.
public struct ShardLoss: Equatable, Sendable {
    /// In the order of the objective's names.
    public var values: [Double]
    /// Terms that are not finite, with the 0-based image of the shard.
    public var nonFinite: [Place]

    /// A term of an image.
    public struct Place: Equatable, Sendable {
        /// One of the objective's names.
        public var term: String
        /// Number within the shard's batch, so that its file can be named.
        public var image: Int

        /// A term that is not finite for an image of the shard.
        public init(term: String, image: Int) {
            self.term = term
            self.image = image
        }
    }

    /// One value per term, also where it is not finite: the sum over ranks tells all of them.
    public init(values: [Double], nonFinite: [Place]) {
        self.values = values
        self.nonFinite = nonFinite
    }
}

/// Scores a model's weights on data that it was not trained on.
public protocol Evaluator: AnyObject {
    /// All ranks predict their part; rank 0 gets the scores, the others nil.
    ///
    /// - Parameter values: weights to score, laid out as the student's.
    func evaluate(_ values: FlatBuffer, ranks: any Communicator) throws -> Scores?
}

/// What validation found.
public struct Scores: Equatable, Sendable {
    /// Precision, recall, mAP50 and mAP50-95.
    public var metrics: [Double]
    /// The student's loss terms on the validation data, in the order of the objective's first terms.
    public var losses: [Double]
    /// A table for people.
    public var report: String

    /// Four metrics, in the order that `fitness_weights` has.
    public init(metrics: [Double], losses: [Double], report: String) {
        self.metrics = metrics
        self.losses = losses
        self.report = report
    }
}

/// Training data in the order of the run.
public protocol BatchSource: AnyObject {
    /// Steps of an epoch, the same on every rank.
    var stepsPerEpoch: Int { get }
    /// Batches of this rank's shards, in order; an empty batch where a shard has no images. Steps are asked for in order.
    func batches(epoch: Int, step: Int) throws -> [Batch]
    /// Goes to where the run is; what was prepared ahead for another place, or another length of the run, is dropped.
    func seek(_ progress: Progress) throws
    /// What making the batches has cost so far.
    var loading: LoadingTimes.Sums { get }
}

extension BatchSource {
    /// Nothing, where batches are not made from files.
    public var loading: LoadingTimes.Sums { LoadingTimes.Sums() }
}
