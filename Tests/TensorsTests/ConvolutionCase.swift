import ReferenceOps
import Tensors
import Testing

/// A convolution with random values, in Float and in Double; inputs and outputs are channel views of wider tensors.
struct ConvolutionCase: CustomTestStringConvertible {
    let n: Int
    let height: Int
    let width: Int
    let geometry: ConvolutionGeometry

    init(
        _ n: Int, _ height: Int, _ width: Int, _ inputs: Int, _ outputs: Int, k: Int, kw: Int? = nil, s: Int = 1,
        p: Int? = nil, groups: Int = 1, dilation: Int = 1
    ) {
        self.n = n
        self.height = height
        self.width = width
        geometry = ConvolutionGeometry(
            inputs: inputs, outputs: outputs, kernel: (k, kw ?? k), stride: s, padding: p ?? k / 2, groups: groups,
            dilation: dilation)
    }

    var testDescription: String {
        let g = geometry
        return "\(n)×\(height)×\(width), \(g.inputs)→\(g.outputs), \(g.kernelHeight)×\(g.kernelWidth)/\(g.stride), "
            + "padding \(g.padding), groups \(g.groups), dilation \(g.dilation)"
    }

    var input: Shape { Shape(n, height, width, geometry.inputs) }
    var output: Shape { geometry.output(for: input) }

    var inference: ConvolutionTask { ConvolutionTask(.inference, geometry, height: height, width: width) }

    var reference: ReferenceConvolution {
        ReferenceConvolution(
            input: (n, height, width, geometry.inputs), outputs: geometry.outputs,
            kernel: (geometry.kernelHeight, geometry.kernelWidth), stride: geometry.stride, padding: geometry.padding,
            groups: geometry.groups, dilation: geometry.dilation)
    }

    func random(_ count: Int, _ purpose: Int) -> [Float] {
        var stream = RandomStream(count, purpose)
        return (0..<count).map { _ in Float(stream.uniform(-1, 1)) }
    }

    var inputValues: [Float] { random(input.count, 1) }
    var outputGradient: [Float] { random(output.count, 2) }
    var weights: [Float] { random(geometry.weightCount, 3) }
    var bias: [Float] { random(geometry.outputs, 4) }
}

/// A view of the middle channels of a tensor whose other channels must not change.
struct FramedTensor {
    let whole: Tensor
    let view: Tensor
    private let margin = 3

    init(_ shape: Shape, _ values: [Float]? = nil, frame: Float = 7, contents: Float = .nan) {
        whole = Tensor(shape.with(channels: shape.channels + 2 * margin), repeating: frame)
        view = whole.channels(margin..<margin + shape.channels)
        if let values { view.copy(from: Tensor(shape, values)) } else { view.fill(contents) }
    }

    /// Whether the channels around the view still hold the frame's value.
    var frameIsIntact: Bool {
        let channels = whole.shape.channels
        return whole.channels(0..<margin).values.allSatisfy { $0 == 7 }
            && whole.channels(channels - margin..<channels).values.allSatisfy { $0 == 7 }
    }
}

let convolutionCases: [ConvolutionCase] = [
    // 3×3, stride 1
    ConvolutionCase(1, 8, 8, 16, 16, k: 3), ConvolutionCase(2, 7, 9, 32, 48, k: 3),
    ConvolutionCase(1, 1, 1, 64, 64, k: 3), ConvolutionCase(3, 5, 3, 33, 17, k: 3),
    ConvolutionCase(1, 13, 6, 40, 80, k: 3, p: 0), ConvolutionCase(1, 6, 6, 24, 5, k: 3, p: 2),
    ConvolutionCase(2, 20, 20, 64, 64, k: 3), ConvolutionCase(1, 17, 30, 128, 96, k: 3),
    ConvolutionCase(1, 2, 31, 100, 64, k: 3), ConvolutionCase(1, 40, 41, 8, 8, k: 3),
    // 1×1
    ConvolutionCase(1, 5, 7, 16, 16, k: 1), ConvolutionCase(2, 9, 11, 48, 80, k: 1),
    ConvolutionCase(1, 1, 1, 3, 1, k: 1), ConvolutionCase(2, 20, 20, 300, 65, k: 1),
    ConvolutionCase(1, 8, 8, 64, 5, k: 1), ConvolutionCase(1, 7, 7, 20, 24, k: 1, s: 2),
    ConvolutionCase(1, 6, 6, 8, 16, k: 1, p: 1),
    // Stride 2
    ConvolutionCase(1, 16, 24, 3, 16, k: 3, s: 2), ConvolutionCase(2, 15, 17, 3, 20, k: 3, s: 2),
    ConvolutionCase(1, 12, 12, 16, 32, k: 3, s: 2), ConvolutionCase(2, 9, 6, 70, 72, k: 3, s: 2),
    ConvolutionCase(1, 1, 1, 32, 32, k: 3, s: 2), ConvolutionCase(1, 21, 20, 96, 33, k: 3, s: 2),
    // Other kernels
    ConvolutionCase(1, 20, 18, 3, 16, k: 6, s: 2, p: 2), ConvolutionCase(1, 11, 11, 10, 12, k: 5),
    ConvolutionCase(1, 9, 10, 7, 9, k: 3, kw: 5), ConvolutionCase(1, 10, 12, 16, 8, k: 3, p: 2, dilation: 2),
    ConvolutionCase(1, 14, 14, 4, 6, k: 4, s: 3, p: 1), ConvolutionCase(1, 9, 9, 2, 3, k: 2, s: 4, p: 0),
    ConvolutionCase(1, 16, 16, 3, 24, k: 8, s: 8, p: 0),
    // Groups
    ConvolutionCase(1, 8, 9, 32, 48, k: 3, groups: 2), ConvolutionCase(2, 6, 5, 12, 12, k: 1, groups: 3),
    ConvolutionCase(1, 9, 9, 30, 20, k: 3, s: 2, groups: 5),
    // One channel per group
    ConvolutionCase(1, 8, 9, 32, 32, k: 3, groups: 32), ConvolutionCase(2, 7, 6, 19, 19, k: 5, groups: 19),
    ConvolutionCase(1, 11, 8, 24, 24, k: 3, s: 2, groups: 24), ConvolutionCase(1, 9, 9, 4, 8, k: 3, groups: 4),
    ConvolutionCase(1, 12, 12, 8, 8, k: 3, p: 2, groups: 8, dilation: 2),
    ConvolutionCase(1, 3, 3, 40, 40, k: 7, groups: 40),
    // No image
    ConvolutionCase(0, 8, 8, 16, 16, k: 3), ConvolutionCase(0, 8, 8, 16, 16, k: 1),
    ConvolutionCase(0, 8, 8, 3, 16, k: 3, s: 2), ConvolutionCase(0, 8, 8, 16, 16, k: 3, groups: 16),
]
