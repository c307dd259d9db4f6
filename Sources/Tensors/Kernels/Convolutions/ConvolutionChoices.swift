import Synchronization

/// Which algorithm computes which convolution.
///
/// The choice changes the last bits of a result, so all ranks of a run use the same one, and a resumed run the one that
/// it began with.
public struct ConvolutionChoices: Sendable, Equatable {
    /// What was decided; other tasks take the first of their candidates.
    public var decided: [ConvolutionTask: ConvolutionAlgorithm]
    /// Takes precedence where a task has it among its candidates; for tests, and for finding a fault.
    public var forced: ConvolutionAlgorithm?

    /// Rules only, unless told otherwise.
    public init(
        decided: [ConvolutionTask: ConvolutionAlgorithm] = [:], forced: ConvolutionAlgorithm? = nil
    ) {
        self.decided = decided
        self.forced = forced
    }

    /// The algorithm of a task, always one of its candidates.
    public func algorithm(for task: ConvolutionTask) -> ConvolutionAlgorithm {
        let candidates = task.candidates
        if let forced, candidates.contains(forced) { return forced }
        if let choice = decided[task], candidates.contains(choice) { return choice }
        return candidates[0]
    }

    /// The choices of this process. Set once at start, before the first step.
    public static var current: ConvolutionChoices {
        get { substitute ?? shared.withLock { $0 } }
        set { shared.withLock { $0 = newValue } }
    }

    /// The choices of a task and its children, instead of those of the process; for tests, which run side by side.
    @TaskLocal public static var substitute: ConvolutionChoices?

    private static let shared = Mutex(ConvolutionChoices())
}
