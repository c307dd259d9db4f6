/// How far a run has come: everything besides weights that the next step depends on.
public struct Progress: Equatable, Sendable, Codable {
    /// Epochs finished.
    public var epoch = 0
    /// Steps taken in the epoch at hand.
    public var step = 0
    /// Epochs the run shall have; a time limit changes it.
    public var epochs: Int
    /// Number, over the whole run, of the batch at which the optimizer last moved.
    public var lastUpdate = -1
    /// Batches whose gradients wait for the optimizer.
    public var gathered = 0
    /// Steps skipped because something was not finite.
    public var skipped = 0
    /// Skipped steps since the last good one.
    public var skippedInARow = 0
    /// Sums of each term over the steps of the epoch at hand, for its mean.
    public var termSums: [Double] = []
    /// Steps behind `termSums`.
    public var termSteps = 0
    /// The best fitness so far, and how long ago it was.
    public var stopping: EarlyStopping
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
}
