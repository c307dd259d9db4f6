/// The ranks of a run: who they are, and how they agree.
///
/// Every rank calls the same operations in the same order. Sums are added as a balanced binary tree over consecutive
/// ranks, so that 1, 2, 4 and 8 ranks that carry the same shards get the same bits. Waiting ranks sleep.
///
/// Sums started with `startSum` and all other operations are two separate sequences: each must have the same order on
/// all ranks, and each belongs to one thread at a time, but one may overtake the other. What throws says that another
/// rank has failed; a rank that fails by itself calls `abort(because:)`.
public protocol Communicator: AnyObject {
    /// This process, from 0.
    var rank: Int { get }
    /// Number of ranks.
    var size: Int { get }
    /// Ranks on this host, and this rank's place among them.
    var local: (rank: Int, size: Int) { get }

    /// Replaces `values` by their sum over ranks.
    func sum(_ values: inout [Double]) throws
    /// Replaces `values` by their maximum over ranks; NaN counts as infinity, so that no rank's trouble is lost.
    func maximum(_ values: inout [Double]) throws
    /// Starts summing `source` over ranks into `destination`; neither may be touched before `wait` returns.
    ///
    /// Any number may be in flight; all ranks start them in the same order. The two buffers must not overlap.
    func startSum<Value: Summand>(
        _ source: UnsafeBufferPointer<Value>, into destination: UnsafeMutableBufferPointer<Value>
    ) -> any PendingSum
    /// Sends rank 0's bytes to all ranks.
    func broadcast(_ bytes: [UInt8]) throws -> [UInt8]
    /// Collects every rank's bytes on rank 0 in rank order; others get nil.
    func gather(_ bytes: [UInt8]) throws -> [[UInt8]]?
    /// Says what this rank is doing, for the watch that names a rank which is silent; cheap enough for every step.
    func report(phase: String, step: Int)
    /// Prints `error` once for the whole job, naming this rank, and ends the job with its exit code.
    func abort(because error: any Error) -> Never
    /// Ends the whole job at once with `code`; never returns, never hangs.
    func abort(code: Int32) -> Never
    /// Ends the communicator in good order, when all ranks do; the last call.
    func finish() throws
}

/// A sum over ranks on its way.
public protocol PendingSum {
    /// Sleeps until the sum is complete; may be called again.
    func wait() throws
    /// When it was started and when its last value was there, on the clock of `chost_seconds`; after `wait`.
    var times: SumTimes { get }
}

/// The life of a sum over ranks, on the clock of `chost_seconds`.
public struct SumTimes: Equatable, Sendable {
    /// When this rank gave its part.
    public var started: Double
    /// When the sum was there.
    public var ended: Double
}
