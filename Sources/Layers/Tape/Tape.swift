import Tensors

/// What a forward pass remembers for the way back: one record per block, in order.
///
/// Reverse order adds up fan-out by itself, and tells when a weight's gradient is final.
public final class Tape {
    private var records: [(record: any TapeRecord, profiledAs: String)] = []
    /// Adds batch statistics over ranks in place, when they are to be those of the global batch (`sync_bn`).
    public let synchronize: ((inout [Double]) -> Void)?

    /// An empty tape; with `synchronize` nil every shard normalises with its own statistics.
    public init(synchronize: ((inout [Double]) -> Void)? = nil) {
        self.synchronize = synchronize
    }

    /// Remembers a block's work.
    public func record(_ record: any TapeRecord) { records.append((record, KernelProfile.block)) }

    /// Parameters of every record so far, once per use; for counting down to a gradient's final value.
    public var parameterUses: [Parameter] { records.flatMap(\.record.parameters) }

    /// Walks back to every weight. The outputs' gradients have been received before.
    ///
    /// - Parameter finished: called after each record with the parameters that it contributed to.
    public func backward(finished: ([Parameter]) -> Void = { _ in }) {
        while let (record, block) = records.popLast() {
            KernelProfile.resuming(block) { record.pull() }
            finished(record.parameters)
        }
    }
}

/// A block's memory of one forward pass.
public protocol TapeRecord {
    /// Parameters whose gradients `pull` adds to.
    var parameters: [Parameter] { get }
    /// Passes the gradient of the block's output on to its inputs and parameters.
    func pull()
}
