import Foundation
import Layers
import Optimization

/// Everything a run carries from step to step; what a checkpoint holds.
///
/// Changed only inside `changing`, so that whoever reads it there (the emergency save) sees the state of a completed step.
public final class RunState: @unchecked Sendable {  // See above.
    /// Of the student that is trained.
    public let weights: Weights
    /// The EMA of `weights`, which is validated and handed over.
    public let average: MovingAverage
    /// With the state that its next step depends on.
    public let optimizer: any Optimizer
    /// Gradients gathered for the next move of the optimizer.
    let gathered: FlatBuffer
    /// Where the run stands; a checkpoint's, once one was restored.
    public var progress: Progress
    private let mutex = NSLock()

    /// The beginning of a run: the average is a copy of `weights`, and nothing is gathered.
    public init(weights: Weights, optimizer: any Optimizer, progress: Progress) {
        self.weights = weights
        self.optimizer = optimizer
        self.progress = progress
        average = MovingAverage(of: weights)
        gathered = FlatBuffer(count: weights.parameterCount)
    }

    /// Runs `body` while nobody else sees the state.
    public func changing<Result>(_ body: () throws -> Result) rethrows -> Result {
        mutex.lock()
        defer { mutex.unlock() }
        return try body()
    }

    /// Adds a step's gradients to the gathered ones.
    func gather(_ sums: FlatBuffer) {
        if progress.gathered == 0 {
            gathered.pointer.update(from: sums.pointer, count: gathered.count)
        } else {
            for i in 0..<gathered.count { gathered.pointer[i] += sums.pointer[i] }
        }
        progress.gathered += 1
    }
}
