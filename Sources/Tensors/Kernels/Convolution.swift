/// Geometry of a 2-D convolution; the padding value is 0.
public struct ConvolutionGeometry: Hashable, Sendable {
    public var inputs: Int
    public var outputs: Int
    public var kernelHeight: Int
    public var kernelWidth: Int
    public var stride: Int
    public var padding: Int
    public var groups: Int
    public var dilation: Int

    public init(
        inputs: Int, outputs: Int, kernel: (height: Int, width: Int), stride: Int = 1, padding: Int, groups: Int = 1,
        dilation: Int = 1
    ) {
        precondition(inputs % groups == 0 && outputs % groups == 0, "\(inputs)→\(outputs) channels in \(groups) groups")
        self.inputs = inputs
        self.outputs = outputs
        kernelHeight = kernel.height
        kernelWidth = kernel.width
        self.stride = stride
        self.padding = padding
        self.groups = groups
        self.dilation = dilation
    }

    /// Shape of the result for an input shape.
    public func output(for input: Shape) -> Shape {
        precondition(input.channels == inputs, "\(input) into a convolution of \(inputs) channels")
        func size(_ extent: Int, _ kernel: Int) -> Int {
            (extent + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1
        }
        return Shape(input.n, size(input.height, kernelHeight), size(input.width, kernelWidth), outputs)
    }

    /// Number of weights, laid out `[outputs][kernelHeight][kernelWidth][inputs / groups]`.
    public var weightCount: Int { outputs * kernelHeight * kernelWidth * inputs / groups }
}
