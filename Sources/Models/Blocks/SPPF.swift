import Layers

/// Spatial pyramid pooling: the same map pooled once, twice and three times, joined and mixed.
struct SPPF: LayerBlock {
    private let cv1: ConvBlock
    private let cv2: ConvBlock
    private let pool: MaxPool
    private let hidden: Int

    init(_ inputs: Int, _ outputs: Int, window: Int, style: ConvStyle, in scope: WeightScope) {
        hidden = inputs / 2
        cv1 = ConvBlock(inputs, hidden, style: style, in: scope / "cv1")
        cv2 = ConvBlock(hidden * 4, outputs, style: style, in: scope / "cv2")
        pool = MaxPool(window: window)
    }

    var outputs: Int { cv2.outputs }

    func callAsFunction(_ inputs: [Activation], into destination: Activation?) -> Activation {
        let x = inputs[0]
        let parts = Activation(room: x.shape.with(channels: hidden * 4), recordedOn: x.tape)
        var last = parts.channels(0..<hidden)
        _ = cv1(x, into: last)
        for step in 1...3 {
            let next = parts.channels(step * hidden..<(step + 1) * hidden)
            pool(last, into: next)
            last = next
        }
        return cv2(parts, into: destination)
    }
}
