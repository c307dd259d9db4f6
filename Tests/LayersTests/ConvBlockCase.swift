import Layers
import Tensors
import TestSupport
import Testing

/// A convolution block of some shape, beside its formula.
struct ConvBlockCase: CustomTestStringConvertible {
    let input: Shape
    let outputs: Int
    var kernel = 1
    var stride = 1
    var padding: Int?
    var groups = 1
    var style = ConvStyle()

    init(
        _ input: Shape, _ outputs: Int, k: Int = 1, s: Int = 1, p: Int? = nil, groups: Int = 1,
        style: ConvStyle = ConvStyle()
    ) {
        self.input = input
        self.outputs = outputs
        kernel = k
        stride = s
        padding = p
        self.groups = groups
        self.style = style
    }

    var testDescription: String {
        "\(input)→\(outputs), \(kernel)×\(kernel)/\(stride), groups \(groups), \(style)"
    }

    func block(in scope: WeightScope) -> ConvBlock {
        ConvBlock(
            input.channels, outputs, kernel: kernel, stride: stride, padding: padding, groups: groups,
            style: style, in: scope)
    }

    var check: BlockCheck {
        BlockCheck(
            inputs: [input],
            build: { scope in
                let block = block(in: scope)
                return { [block($0[0])] }
            },
            formula: { inputs, weights in
                [
                    inputs[0].block(
                        weights, kernel: kernel, stride: stride, padding: padding, groups: groups,
                        epsilon: style.epsilon, activation: style.activation.formula)
                ]
            })
    }

    /// Small enough for a look at every coordinate.
    static let small = [
        ConvBlockCase(Shape(1, 5, 7, 3), 4, k: 3), ConvBlockCase(Shape(3, 1, 1, 5), 3),
        ConvBlockCase(Shape(3, 1, 1, 4), 6, k: 3), ConvBlockCase(Shape(1, 5, 4, 7), 9),
        ConvBlockCase(Shape(3, 3, 5, 3), 5, k: 3, s: 2), ConvBlockCase(Shape(1, 6, 6, 8), 8, k: 3, s: 2),
        ConvBlockCase(Shape(1, 7, 6, 3), 4, k: 6, s: 2, p: 2), ConvBlockCase(Shape(1, 4, 5, 6), 4, k: 3, groups: 2),
        ConvBlockCase(Shape(3, 3, 4, 9), 9, k: 3, groups: 9),
        ConvBlockCase(Shape(1, 5, 5, 10), 5, k: 3, s: 2, groups: 5),
        ConvBlockCase(Shape(1, 4, 3, 5), 8, k: 3, style: ConvStyle(activation: .identity)),
        ConvBlockCase(Shape(1, 4, 3, 5), 8, k: 3, style: ConvStyle(activation: .relu, epsilon: 0.1)),
        ConvBlockCase(Shape(1, 4, 3, 5), 8, k: 3, style: ConvStyle(activation: .leakyReLU(slope: 0.1), epsilon: 1e-5)),
        ConvBlockCase(Shape(1, 4, 3, 5), 8, k: 3, style: ConvStyle(activation: .hardSwish)),
        ConvBlockCase(Shape(1, 1, 9, 2), 17, k: 5),
    ]

    /// Wide enough for every way to convolve, and for several tasks.
    static let large = [
        ConvBlockCase(Shape(1, 9, 11, 16), 24, k: 3), ConvBlockCase(Shape(3, 7, 5, 33), 17, k: 3),
        ConvBlockCase(Shape(1, 12, 13, 40), 48), ConvBlockCase(Shape(3, 9, 8, 24), 32, k: 3, s: 2),
        ConvBlockCase(Shape(1, 31, 30, 12), 20, k: 3, groups: 2),
        ConvBlockCase(Shape(1, 33, 31, 19), 19, k: 3, groups: 19),
    ]
}
