import Layers

/// Cross-stage block of YOLOv5: one branch through bottlenecks, one beside them, joined and mixed.
struct C3: LayerBlock {
    private let cv1: ConvBlock
    private let cv2: ConvBlock
    private let cv3: ConvBlock
    private let bottlenecks: [Bottleneck]
    private let hidden: Int

    init(_ inputs: Int, _ outputs: Int, depth: Int, shortcut: Bool, style: ConvStyle, in scope: WeightScope) {
        let hidden = outputs / 2
        self.hidden = hidden
        cv1 = ConvBlock(inputs, hidden, style: style, in: scope / "cv1")
        cv2 = ConvBlock(inputs, hidden, style: style, in: scope / "cv2")
        cv3 = ConvBlock(2 * hidden, outputs, style: style, in: scope / "cv3")
        bottlenecks = (0..<depth).map { index in
            Bottleneck(
                hidden, hidden, shortcut: shortcut, kernels: (1, 3), expansion: 1, style: style, in: scope / "m" / index
            )
        }
    }

    var outputs: Int { cv3.outputs }

    func callAsFunction(_ inputs: [Activation], into destination: Activation?) -> Activation {
        let x = inputs[0]
        let parts = Activation(room: x.shape.with(channels: 2 * hidden), recordedOn: x.tape)
        let first = parts.channels(0..<hidden)
        var branch = cv1(x, into: bottlenecks.isEmpty ? first : nil)
        for (index, bottleneck) in bottlenecks.enumerated() {
            branch = bottleneck(branch, into: index == bottlenecks.count - 1 ? first : nil)
        }
        _ = cv2(x, into: parts.channels(hidden..<2 * hidden))
        return cv3(parts, into: destination)
    }
}
