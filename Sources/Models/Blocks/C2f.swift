import Layers

/// Cross-stage block: half of the channels skip ahead, half pass through the bottlenecks, and every intermediate result
/// joins the final mix.
///
/// All parts live in one map, each in its range of channels, so that splitting and joining cost nothing.
struct C2f: LayerBlock {
    private let cv1: ConvBlock
    private let cv2: ConvBlock
    private let bottlenecks: [Bottleneck]
    private let half: Int

    init(_ inputs: Int, _ outputs: Int, depth: Int, shortcut: Bool, style: ConvStyle, in scope: WeightScope) {
        let half = outputs / 2
        self.half = half
        cv1 = ConvBlock(inputs, 2 * half, style: style, in: scope / "cv1")
        cv2 = ConvBlock((2 + depth) * half, outputs, style: style, in: scope / "cv2")
        bottlenecks = (0..<depth).map { index in
            Bottleneck(half, half, shortcut: shortcut, expansion: 1, style: style, in: scope / "m" / index)
        }
    }

    var outputs: Int { cv2.outputs }

    func callAsFunction(_ inputs: [Activation], into destination: Activation?) -> Activation {
        let x = inputs[0]
        let parts = Activation(room: x.shape.with(channels: (2 + bottlenecks.count) * half), recordedOn: x.tape)
        _ = cv1(x, into: parts.channels(0..<2 * half))
        for (index, bottleneck) in bottlenecks.enumerated() {
            let start = (1 + index) * half
            bottleneck(
                parts.channels(start..<start + half), into: parts.channels(start + half..<start + 2 * half))
        }
        return cv2(parts, into: destination)
    }
}
