import Diagnostics

// Digests notice damage, not malice: every number of a checkpoint is looked at before any is computed with.
extension Snapshot {
    /// Far above every count of a run, and far below where sums of counts and products with epochs overflow.
    static let mostCounted = 1 << 40
    /// Terms that an objective may have.
    private static let mostTerms = 64

    /// - Throws: `Problem` naming the number that cannot be.
    func checkNumbers() throws {
        let steps = progress.stepsPerEpoch
        try check("shards", facts.shards, in: 1...Snapshot.mostCounted)
        try check("progress.epochs", progress.epochs, in: 1...Progress.mostEpochs)
        try check("progress.epoch", progress.epoch, in: 0...Progress.mostEpochs)
        try check("progress.stepsPerEpoch", steps, in: 0...Snapshot.mostCounted)
        try check("progress.step", progress.step, in: 0...(steps > 0 ? steps : Snapshot.mostCounted))
        try check("progress.lastUpdate", progress.lastUpdate, in: -1...Snapshot.mostCounted)
        try check("progress.stopping.patience", progress.stopping.patience, in: 0...Progress.mostEpochs)
        try check("progress.stopping.bestEpoch", progress.stopping.bestEpoch, in: 0...progress.epoch)
        for (name, count) in [
            ("progress.gathered", progress.gathered), ("progress.skipped", progress.skipped),
            ("progress.skippedInARow", progress.skippedInARow), ("progress.termSteps", progress.termSteps),
            ("optimizer_steps", optimizerSteps), ("ema_updates", averageUpdates), ("steps_tracked", stepsTracked),
            ("tally.soundSteps", tally.soundSteps), ("tally.skippedSteps", tally.skippedSteps),
            ("tally.images", tally.images),
        ] {
            try check(name, count, in: 0...Snapshot.mostCounted)
        }
        try checkMeasures()
    }

    private func checkMeasures() throws {
        let most = Double(Snapshot.mostCounted)
        for (name, seconds) in [
            ("progress.seconds", progress.seconds), ("tally.seconds", tally.seconds),
            ("tally.loadingSeconds", tally.loadingSeconds ?? 0),
        ] {
            try check(name, seconds, in: 0...most)
        }
        try check("progress.gradientNorm", progress.gradientNorm ?? 0, in: 0...Double.greatestFiniteMagnitude)
        try check("tally.normSum", tally.normSum, in: 0...Double.greatestFiniteMagnitude)
        try check("progress.stopping.bestFitness", progress.stopping.bestFitness, in: 0...most)
        try check("progress.termSums", progress.termSums.count, "terms", in: 0...Snapshot.mostTerms)
        if let sum = progress.termSums.first(where: { !$0.isFinite }) {
            throw impossible("progress.termSums", "has \(sum)", "finite numbers")
        }
        for (name, metrics) in [
            ("progress.startMetrics", progress.startMetrics), ("progress.bestMetrics", progress.bestMetrics),
        ] where !metrics.isEmpty {
            try check(name, metrics.count, "numbers", in: 4...4)
            // What could not be measured is not a number.
            for value in metrics where !value.isNaN { try check(name, value, in: 0...1) }
        }
    }

    /// What only the run that goes on can know.
    ///
    /// - Parameters:
    ///   - terms: of the objective that the checkpoint's run had.
    ///   - mostFitness: the sum of the weights that make the fitness.
    /// - Throws: `Problem` naming the number that cannot be.
    public func check(terms: Int, mostFitness: Double) throws {
        // Rounded to five decimals.
        try check("progress.stopping.bestFitness", progress.stopping.bestFitness, in: 0...(mostFitness + 1e-5))
        guard !progress.termSums.isEmpty else { return }
        try check("progress.termSums", progress.termSums.count, "terms", in: terms...terms)
    }

    private func check(_ name: String, _ value: Int, _ what: String? = nil, in range: ClosedRange<Int>) throws {
        guard !range.contains(value) else { return }
        let wanted = range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
        throw impossible(name, what.map { "has \(value) \($0)" } ?? "is \(value)", wanted)
    }

    private func check(_ name: String, _ value: Double, in range: ClosedRange<Double>) throws {
        guard !range.contains(value) else { return }
        let isOpen = range.upperBound == .greatestFiniteMagnitude
        throw impossible(
            name, "is \(value)", isOpen ? "a finite number from 0" : "\(range.lowerBound) to \(range.upperBound)")
    }

    private func impossible(_ name: String, _ found: String, _ wanted: String) -> Problem {
        Problem("cannot be: `\(name)` \(found), not \(wanted)", file: path, remedy: Snapshot.remedy)
    }
}
