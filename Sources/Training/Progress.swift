/// How far a run has come: everything besides weights that the next step depends on.
public struct Progress: Equatable, Sendable, Codable {
    /// Epochs finished.
    public var epoch = 0
    /// Steps taken in the epoch at hand.
    public var step = 0
    /// Epochs the run shall have; a time limit changes it.
    public var epochs: Int
    /// Of an epoch; 0 before the first.
    public private(set) var stepsPerEpoch = 0
    /// Number, over the whole run, of the batch at which the optimizer last moved.
    public var lastUpdate = -1
    /// Batches whose gradients wait for the optimizer.
    public var gathered = 0
    /// Steps skipped because something was not finite.
    public var skipped = 0
    /// Skipped steps since the last good one.
    public var skippedInARow = 0
    /// Norm of the last sound step's gradient, where gradients are summed in binary16: their scale follows it.
    public var gradientNorm: Double?
    /// Sums of each term over the steps of the epoch at hand, for its mean.
    public var termSums: [Double] = []
    /// Steps behind `termSums`.
    public var termSteps = 0
    /// The best fitness so far, and how long ago it was.
    public var stopping: EarlyStopping
    /// Precision, recall, mAP50 and mAP50-95 of the student before training; empty when nobody asked.
    public var startMetrics: [Double] = []
    /// Precision, recall, mAP50 and mAP50-95 of the best epoch; empty before the first.
    public var bestMetrics: [Double] = []
    /// Seconds spent in steps and validation, over all starts of the run.
    public var seconds = 0.0

    /// The beginning of a run.
    ///
    /// - Parameter patience: epochs without improvement that are waited for; 0 waits for ever.
    public init(epochs: Int, patience: Int) {
        self.epochs = epochs
        stopping = EarlyStopping(patience: patience)
    }

    /// Mean of each term over the epoch so far.
    public var termMeans: [Double] { termSums.map { $0 / Double(max(termSteps, 1)) } }

    /// Whether the run has come to its end, by its length or because patience ran out.
    public var isOver: Bool { step == 0 && epoch > 0 && (epoch >= epochs || stopping.isOver(after: epoch)) }

    /// Goes on with epochs of another length: the same share of the epoch at hand is done, and what was gathered is dropped.
    mutating func count(stepsPerEpoch new: Int) {
        guard new != stepsPerEpoch else { return }
        if stepsPerEpoch > 0 {
            // The product may be larger than any number; the quotient is not, as a step lies in its epoch.
            step = stepsPerEpoch.dividingFullWidth(step.multipliedFullWidth(by: new)).quotient
            lastUpdate = epoch * new + step - 1
            gathered = 0
        }
        stepsPerEpoch = new
    }

    /// Epochs that a run may have.
    static let mostEpochs = 1_000_000

    /// Epochs that fit into so many hours at their mean length so far, as the reference counts them.
    public static func epochs(fittingInto hours: Double, seconds: Double, finished: Int) -> Int {
        let fitting = (hours * 3600 / (seconds / Double(max(finished, 1)))).rounded(.up)
        return max(fitting < Double(mostEpochs) ? Int(fitting) : mostEpochs, finished)
    }
}
