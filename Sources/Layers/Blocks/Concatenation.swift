import Tensors

/// Joins maps of equal size along their channels.
///
/// Maps that were written into their places in the result already are not touched, and neither are their gradients: then
/// joining costs nothing. The others are read and written once, on the way back, too.
public struct Concatenation {
    /// Has neither weights nor settings (`Concat` in layer tables).
    public init() {}

    /// `[N, H, W, ΣC]` from at least one map `[N, H, W, C]`, channels in the order of the maps, in the room given or in
    /// fresh room; the gradient is cut at the same places.
    public func callAsFunction(_ inputs: [Activation], into destination: Activation? = nil) -> Activation {
        let channels = inputs.reduce(0) { $0 + $1.shape.channels }
        let output =
            destination ?? Activation(room: inputs[0].shape.with(channels: channels), recordedOn: inputs[0].tape)
        var start = 0
        let parts = inputs.map { input in
            defer { start += input.shape.channels }
            return (input, start..<start + input.shape.channels)
        }
        let others = parts.filter { input, range in !input.isView(of: output, range) }
        for (input, range) in others {
            KernelProfile.measure(.pass("copy", over: input.tensor, passes: 2)) {
                output.tensor.channels(range).copy(from: input.tensor)
            }
        }
        if let tape = output.tape, others.contains(where: { $0.0.needsGradient }) {
            output.becomeTrainable()
            tape.record(Record(copies: others, output: output, isLast: others.count == inputs.count))
        }
        return output
    }

    private struct Record: TapeRecord {
        let copies: [(input: Activation, range: Range<Int>)]
        let output: Activation
        /// Whether nobody needs the gradient afterwards; maps in their places do.
        let isLast: Bool
        var parameters: [Parameter] { [] }

        func pull() {
            guard let gradient = output.arrivedGradient else { return }
            for (input, range) in copies { input.receive(adding: gradient.channels(range)) }
            if isLast { output.releaseGradient() }
        }
    }
}
