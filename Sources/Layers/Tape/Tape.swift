import Tensors

/// What a forward pass remembers for the way back: one record per block, in order.
///
/// Reverse order adds up fan-out by itself, and tells when a weight's gradient is final.
public final class Tape {
    private var records: [(record: any TapeRecord, profiledAs: String)] = []
    /// Adds batch statistics over ranks in place, when they are to be those of the global batch (`sync_bn`).
    public let synchronize: ((inout [Double]) -> Void)?
    /// Whether parts of a model are remembered by their inputs alone and computed again on the way back.
    public let recomputes: Bool
    /// What layers normalised with, in order.
    private(set) var statistics: [LayerStatistics] = []
    /// What they shall normalise with: this pass repeats one that found it out.
    private var known: ArraySlice<LayerStatistics>

    /// An empty tape; with `synchronize` nil every shard normalises with its own statistics.
    public convenience init(synchronize: ((inout [Double]) -> Void)? = nil, recomputes: Bool = false) {
        self.init(synchronize: synchronize, recomputes: recomputes, repeating: [])
    }

    /// A tape for a pass that normalises as an earlier one did.
    init(synchronize: ((inout [Double]) -> Void)?, recomputes: Bool = false, repeating known: [LayerStatistics]) {
        self.synchronize = synchronize
        self.recomputes = recomputes
        self.known = known[...]
    }

    /// Remembers a block's work.
    public func record(_ record: any TapeRecord) { records.append((record, KernelProfile.block)) }

    /// What a layer normalises with: what `find` finds out, or what the pass that is repeated found out.
    func statistics(_ find: () -> LayerStatistics) -> LayerStatistics {
        if let first = known.popFirst() { return first }
        statistics.append(find())
        return statistics[statistics.count - 1]
    }

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

    /// Gives up every record; a tape that is not walked back is kept alive by them otherwise.
    public func forget() { records = [] }
}

/// A block's memory of one forward pass.
public protocol TapeRecord {
    /// Parameters whose gradients `pull` adds to.
    var parameters: [Parameter] { get }
    /// Passes the gradient of the block's output on to its inputs and parameters.
    func pull()
}

/// What a layer normalises with in one pass.
struct LayerStatistics {
    let normalization: Normalization
    /// Pixels behind the batch statistics; nil where they are the running ones.
    let pixels: Double?
}
