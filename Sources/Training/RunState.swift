import Foundation
import Layers
import Optimization

/// Everything a run carries from step to step; what a checkpoint holds.
///
/// Changed only between `lock` and `unlock`, so that whoever holds the lock (the emergency save) sees the state of a
/// completed step.
public final class RunState: @unchecked Sendable {  // See above.
    public let weights: Weights
    public let average: MovingAverage
    public let optimizer: any Optimizer
    /// Gradients gathered for the next move of the optimizer.
    let gathered: FlatBuffer
    public var progress: Progress
    private let mutex = NSLock()

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
