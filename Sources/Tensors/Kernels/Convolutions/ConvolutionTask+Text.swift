extension ConvolutionTask: LosslessStringConvertible {
    /// Such as `input 64>128 3x3/2 p1 g1 d1 @80x80`.
    public var description: String {
        let g = geometry
        return "\(pass.rawValue) \(g.inputs)>\(g.outputs) \(g.kernelHeight)x\(g.kernelWidth)/\(g.stride) "
            + "p\(g.padding) g\(g.groups) d\(g.dilation) @\(height)x\(width)"
    }

    /// Reads what `description` wrote; nil for anything else.
    public init?(_ text: String) {
        let words = text.split(separator: " ")
        guard let pass = words.first.flatMap({ ConvolutionPass(rawValue: String($0)) }) else { return nil }
        let numbers = text.split { !$0.isASCII || !$0.isNumber }.compactMap { Int($0) }
        guard numbers.count == 10, numbers.allSatisfy({ $0 < 1 << 20 }) else { return nil }
        let groups = numbers[6]
        guard groups > 0, numbers[0] % groups == 0, numbers[1] % groups == 0 else { return nil }
        self.init(
            pass,
            ConvolutionGeometry(
                inputs: numbers[0], outputs: numbers[1], kernel: (numbers[2], numbers[3]), stride: numbers[4],
                padding: numbers[5], groups: groups, dilation: numbers[7]),
            height: numbers[8], width: numbers[9])
        if description != text { return nil }
    }

    /// What people need to recognise it: `64>128 3x3/2 @80x80`, and groups where there are any.
    public var shape: String {
        let g = geometry
        return "\(g.inputs)>\(g.outputs) \(g.kernelHeight)x\(g.kernelWidth)/\(g.stride)"
            + (g.groups == 1 ? "" : " g\(g.groups)") + " @\(height)x\(width)"
    }
}
