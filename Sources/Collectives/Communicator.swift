/// The ranks of a run: who they are, and how they agree.
///
/// Every rank calls the same operations in the same order. Sums are added as a balanced binary tree over consecutive
/// ranks, so that 1, 2, 4 and 8 ranks that carry the same shards get the same bits. Waiting ranks sleep.
public protocol Communicator: AnyObject {
    /// This process, from 0.
    var rank: Int { get }
    /// Number of ranks.
    var size: Int { get }
    /// Ranks on this host, and this rank's place among them.
    var local: (rank: Int, size: Int) { get }

    /// Replaces `values` by their sum over ranks.
    func sum(_ values: inout [Double])
    /// Replaces `values` by their maximum over ranks.
    func maximum(_ values: inout [Double])
    /// Starts summing `source` over ranks into `destination`; neither may be touched before `wait` returns.
    ///
    /// Any number may be in flight; all ranks start them in the same order.
    func startSum(_ source: UnsafeBufferPointer<Float>, into destination: UnsafeMutableBufferPointer<Float>)
        -> any PendingSum
    /// Sends rank 0's bytes to all ranks.
    func broadcast(_ bytes: [UInt8]) -> [UInt8]
    /// Collects every rank's bytes on rank 0 in rank order; others get nil.
    func gather(_ bytes: [UInt8]) -> [[UInt8]]?
    /// Ends the whole job at once with `code`; never returns, never hangs.
    func abort(code: Int32) -> Never
    /// Ends the communicator in good order; the last call.
    func finish()
}

/// A sum over ranks on its way.
public protocol PendingSum {
    /// Sleeps until the sum is complete.
    func wait()
}
