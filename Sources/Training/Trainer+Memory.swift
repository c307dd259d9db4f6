import Layers

extension RunState {
    /// Bytes of what a run carries beside the weights' values: gradients, the optimizer's state, the average.
    public var trainingBytes: Int {
        let buffers = [weights.gradients, average.values, gathered] + optimizer.state.map(\.buffer)
        return buffers.reduce(0) { $0 + $1.count } * MemoryLayout<Float>.stride
    }
}

extension Trainer {
    /// Bytes of the sums of gradients over shards and ranks.
    public var exchangeBytes: Int { exchange.byteCount }
}
