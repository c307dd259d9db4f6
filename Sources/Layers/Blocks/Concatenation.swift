import Tensors

/// Joins maps of equal size along their channels.
public struct Concatenation {
    public init() {}

    public func callAsFunction(_ inputs: [Activation]) -> Activation {
        let channels = inputs.reduce(0) { $0 + $1.shape.channels }
        let output = Activation(
            room: inputs[0].shape.with(channels: channels), recordedOn: inputs[0].tape,
            needsGradient: inputs.contains { $0.needsGradient })
        let record = Record(inputs: inputs, output: output)
        for (input, range) in record.parts { output.tensor.channels(range).copy(from: input.tensor) }
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
