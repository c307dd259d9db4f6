/// A 2-D convolution as the formula says it, in Double: values in NHWC order, weights
/// `[outputs][kernelHeight][kernelWidth][inputs / groups]`, zero padding.
public struct ReferenceConvolution {
    /// Images, height, width, channels of the input.
    public var input: (n: Int, height: Int, width: Int, channels: Int)
    /// Channels of the output.
    public var outputs: Int
    /// Extent of the kernel.
    public var kernel: (height: Int, width: Int)
    /// Pixels from one window to the next.
    public var stride: Int
    /// Zeros around the image.
    public var padding: Int
    /// Parts of the channels that do not see each other.
    public var groups: Int
    /// Pixels from one tap to the next.
    public var dilation: Int

    /// A convolution of these extents.
    public init(
        input: (n: Int, height: Int, width: Int, channels: Int), outputs: Int, kernel: (height: Int, width: Int),
        stride: Int, padding: Int, groups: Int, dilation: Int
    ) {
        self.input = input
        self.outputs = outputs
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        self.groups = groups
        self.dilation = dilation
    }

    /// Height and width of the output.
    public var extent: (height: Int, width: Int) {
        (
            (input.height + 2 * padding - dilation * (kernel.height - 1) - 1) / stride + 1,
            (input.width + 2 * padding - dilation * (kernel.width - 1) - 1) / stride + 1
        )
    }

    /// Values of input, output and weights.
    public var counts: (input: Int, output: Int, weights: Int) {
        (
            input.n * input.height * input.width * input.channels, input.n * extent.height * extent.width * outputs,
            outputs * kernel.height * kernel.width * input.channels / groups
        )
    }

    /// `output = input ∗ weights`
    public func forward(_ values: [Double], weights: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: counts.output)
        forEachProduct { x, w, y in result[y] += values[x] * weights[w] }
        return result
    }

    /// The gradient to the input, from the gradient to the output.
    public func backwardInput(_ outputGradient: [Double], weights: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: counts.input)
        forEachProduct { x, w, y in result[x] += outputGradient[y] * weights[w] }
        return result
    }

    /// The gradient to the weights, from input and gradient to the output.
    public func backwardWeights(_ values: [Double], _ outputGradient: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: counts.weights)
        forEachProduct { x, w, y in result[w] += values[x] * outputGradient[y] }
        return result
    }

    /// Visits (input, weight, output) positions of every product in the sum.
    private func forEachProduct(_ body: (Int, Int, Int) -> Void) {
        let windows = input.n * extent.height * extent.width
        for window in 0..<windows {
            let n = window / (extent.height * extent.width)
            let top = window / extent.width % extent.height * stride - padding
            let left = window % extent.width * stride - padding
            for ky in 0..<kernel.height {
                for kx in 0..<kernel.width {
                    let y = top + ky * dilation
                    let x = left + kx * dilation
                    guard y >= 0, y < input.height, x >= 0, x < input.width else { continue }
                    let pixel = (n * input.height + y) * input.width + x
                    forEachChannel(pixel: pixel, tap: ky * kernel.width + kx, window: window, body)
                }
            }
        }
    }

    private func forEachChannel(pixel: Int, tap: Int, window: Int, _ body: (Int, Int, Int) -> Void) {
        let width = input.channels / groups
        let taps = kernel.height * kernel.width
        for o in 0..<outputs {
            let group = o / (outputs / groups)
            for c in 0..<width {
                body(
                    pixel * input.channels + group * width + c, (o * taps + tap) * width + c, window * outputs + o)
            }
        }
    }
}
