import Tensors

/// Nearest-neighbour enlargement by 2.
public struct Upsample {
    /// Has neither weights nor settings (`nn.Upsample` in layer tables).
    public init() {}

    /// `[N, 2H, 2W, C]` from `[N, H, W, C]`, into the room given or into fresh room; a pixel's gradient is the sum of its
    /// four copies'.
    public func callAsFunction(_ x: Activation, into destination: Activation? = nil) -> Activation {
        let shape = Shape(x.shape.n, x.shape.height * 2, x.shape.width * 2, x.shape.channels)
        let output = destination ?? Activation(room: shape, recordedOn: x.tape)
        KernelProfile.measure(.pass("enlarge", over: output.tensor, passes: 1.25)) {
            upsample(x.tensor, into: output.tensor)
        }
        if let tape = x.tape, x.needsGradient {
            output.becomeTrainable()
            tape.record(Record(input: x, output: output))
        }
        return output
    }

    private struct Record: TapeRecord {
        let input: Activation
        let output: Activation
        var parameters: [Parameter] { [] }

        func pull() {
            guard let gradient = output.arrivedGradient else { return }
            input.receive { target, accumulate in
                KernelProfile.measure(.pass("enlarge backward", over: gradient, passes: 1.5)) {
                    if !accumulate { target.fill(0) }
                    pullUpsample(gradient, into: target)
                }
            }
            output.releaseGradient()
        }
    }
}
