import Layers

/// Two convolutions, and a shortcut around them where the sizes allow it.
struct Bottleneck {
    private let cv1: ConvBlock
    private let cv2: ConvBlock
    private let adds: Bool

    init(
        _ inputs: Int, _ outputs: Int, shortcut: Bool, kernels: (Int, Int) = (3, 3), expansion: Double = 0.5,
        style: ConvStyle, in scope: WeightScope
    ) {
        let hidden = Int(Double(outputs) * expansion)
        cv1 = ConvBlock(inputs, hidden, kernel: kernels.0, style: style, in: scope / "cv1")
        cv2 = ConvBlock(hidden, outputs, kernel: kernels.1, style: style, in: scope / "cv2")
        adds = shortcut && inputs == outputs
    }

    @discardableResult
    func callAsFunction(_ x: Activation, into destination: Activation? = nil) -> Activation {
        cv2(cv1(x), adding: adds ? x : nil, into: destination)
    }
}
