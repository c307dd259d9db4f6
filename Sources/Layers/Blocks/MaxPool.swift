import Tensors

/// Keeps the largest value of every window, at stride 1; what lies outside the map never wins.
public struct MaxPool {
    private let window: Int

    /// - Parameter window: side of the square window in pixels, odd and at most 15.
    public init(window: Int) { self.window = window }

    /// Writes the result into `output`, which has the input's shape.
    public func callAsFunction(_ x: Activation, into output: Activation) {
        let recording = x.tape != nil && x.needsGradient
        let winners = KernelProfile.measure(.pass("pooling", over: x.tensor, passes: recording ? 2.25 : 2)) {
            maximumPool(x.tensor, window: window, into: output.tensor, recording: recording)
        }
        if let tape = x.tape, let winners {
            output.becomeTrainable()
            tape.record(Record(input: x, output: output, winners: winners, window: window))
        }
    }

    private struct Record: TapeRecord {
        let input: Activation
        let output: Activation
        let winners: PoolWinners
        let window: Int
        var parameters: [Parameter] { [] }

        func pull() {
            guard let gradient = output.arrivedGradient else { return }
            input.receive { target, accumulate in
                KernelProfile.measure(.pass("pooling backward", over: target, passes: 3.25)) {
                    if !accumulate { target.fill(0) }
                    pullMaximumPool(gradient, winners: winners, window: window, into: target)
                }
            }
            output.releaseGradient()
        }
    }
}
