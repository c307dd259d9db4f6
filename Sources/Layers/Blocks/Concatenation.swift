import Tensors

/// Joins maps of equal size along their channels.
public struct Concatenation {
    /// Has neither weights nor settings (`Concat` in layer tables).
    public init() {}

    /// `[N, H, W, ΣC]` from at least one map `[N, H, W, C]`, channels in the order of the maps; the gradient is cut at
    /// the same places.
    public func callAsFunction(_ inputs: [Activation]) -> Activation {
        let channels = inputs.reduce(0) { $0 + $1.shape.channels }
        let output = Activation(
            room: inputs[0].shape.with(channels: channels), recordedOn: inputs[0].tape,
            needsGradient: inputs.contains { $0.needsGradient })
        let record = Record(inputs: inputs, output: output)
        for (input, range) in record.parts {
            KernelProfile.measure(.pass("copy", over: input.tensor, passes: 2)) {
                output.tensor.channels(range).copy(from: input.tensor)
            }
        }
        if output.needsGradient { output.tape?.record(record) }
        return output
    }

    private struct Record: TapeRecord {
        let inputs: [Activation]
        let output: Activation
        var parameters: [Parameter] { [] }

        var parts: [(Activation, Range<Int>)] {
            var start = 0
            return inputs.map { input in
                defer { start += input.shape.channels }
                return (input, start..<start + input.shape.channels)
            }
        }

        func pull() {
            guard let gradient = output.arrivedGradient else { return }
            for (input, range) in parts { input.receive(adding: gradient.channels(range)) }
            output.releaseGradient()
        }
    }
}
