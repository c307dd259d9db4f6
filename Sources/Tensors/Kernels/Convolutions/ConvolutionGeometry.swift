/// Geometry of a 2-D convolution; the padding value is 0.
public struct ConvolutionGeometry: Hashable, Sendable {
    /// Channels of the input.
    public var inputs: Int
    /// Channels of the output.
    public var outputs: Int
    /// Rows of taps.
    public var kernelHeight: Int
    /// Taps in a row.
    public var kernelWidth: Int
    /// Pixels from one window to the next.
    public var stride: Int
    /// Zeros around the image.
    public var padding: Int
    /// Parts of the channels that do not see each other.
    public var groups: Int
    /// Pixels from one tap to the next.
    public var dilation: Int

    /// A geometry; both channel counts are multiples of `groups`.
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
