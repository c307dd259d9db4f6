/// A way to compute a convolution or one of its gradients; each has a file of its own.
public enum ConvolutionAlgorithm: String, Codable, CaseIterable, Sendable {
    /// F(4×4, 3×3): 36 products of small tiles instead of 144 (`WinogradConvolution`, `WinogradWeightGradient`).
    case winograd
    /// F(5×5, 3×3): the same with 49 products instead of 225.
    case winograd5
    /// The same idea for stride 2: the four phases of the image, 81 products instead of 144 (`StridedWinograd`).
    case stridedWinograd = "strided-winograd"
    /// Register tiles over pixels where they stand in memory (`GatheredProduct`, `GatheredWeightGradient`).
    case direct
    /// 1 × 1: one product of OpenBLAS per block of pixels, no copies (`MatrixConvolution`).
    case product
    /// The pixels under every window copied behind each other, then a product of OpenBLAS (`MatrixConvolution`).
    case im2col
    /// One channel per group (`DepthwiseConvolution`).
    case depthwise
}

/// What a convolution is computed for.
public enum ConvolutionPass: String, Codable, CaseIterable, Sendable {
    /// The training pass: weights as they are.
    case forward
    /// The pass of fixed weights, prepared once.
    case inference
    /// The gradient to the input.
    case input
    /// The gradient to the weights.
    case weights
}

/// A convolution as far as the choice of its algorithm may depend on it: not on the batch, the rank or the threads, so
/// that a choice never changes the result of a run that is spread otherwise.
public struct ConvolutionTask: Hashable, Sendable {
    /// What is computed.
    public let pass: ConvolutionPass
    /// What is convolved with what.
    public let geometry: ConvolutionGeometry
    /// Rows of an input image.
    public let height: Int
    /// Pixels in a row of an input image.
    public let width: Int

    /// The task of a convolution of images of this extent.
    public init(_ pass: ConvolutionPass, _ geometry: ConvolutionGeometry, height: Int, width: Int) {
        self.pass = pass
        self.geometry = geometry
        self.height = height
        self.width = width
    }

    init(_ pass: ConvolutionPass, _ geometry: ConvolutionGeometry, input: Shape) {
        self.init(pass, geometry, height: input.height, width: input.width)
    }

    /// The algorithm that this process uses for it.
    public var algorithm: ConvolutionAlgorithm { ConvolutionChoices.current.algorithm(for: self) }

    /// Algorithms that can do it; the first one is the rule's, for whoever does not measure.
    public var candidates: [ConvolutionAlgorithm] {
        if geometry.isDepthwise { return [.depthwise] }
        var all: [ConvolutionAlgorithm] = []
        if geometry.hasWinograd(pass) { all += winograds }
        if geometry.hasStridedWinograd(pass) { all.append(.stridedWinograd) }
        all.append(.direct)
        all.append(geometry.isPointwise ? .product : .im2col)
        if all[0] == .stridedWinograd && !paysForStrides { all.swapAt(0, 1) }
        return all
    }

    /// Whether the products that strided Winograd saves outweigh its transforms: of the weights in every training step, of
    /// their prepared form's way through the caches in inference (measured on Zen 3, from 8 to 576 channels).
    private var paysForStrides: Bool {
        let pixels = height * width, weights = geometry.group.inputs * geometry.group.outputs
        return pass == .forward ? pixels >= 1024 : pixels >= 400 && weights <= 340 * pixels
    }

    /// The one with fewer products first: tiles overlap the edge of the map, more or less.
    private var winograds: [ConvolutionAlgorithm] {
        func products<Filter: WinogradFilter>(_ filter: Filter.Type) -> Int {
            let results = geometry.output(for: Shape(1, height, width, geometry.inputs))
            let (rows, columns) = pass == .input ? (height, width) : (results.height, results.width)
            return Filter.planes * divideUp(rows, by: Filter.side) * divideUp(columns, by: Filter.side)
        }
        let five = products(WinogradFive.self) < products(WinogradFour.self)
        return five ? [.winograd5, .winograd] : [.winograd, .winograd5]
    }
}

extension ConvolutionGeometry {
    /// Channels of one group.
    var group: (inputs: Int, outputs: Int) { (inputs / groups, outputs / groups) }
    /// The same, as the gradient to the input sees them.
    var swappedGroup: (inputs: Int, outputs: Int) { (outputs / groups, inputs / groups) }

    var taps: Int { kernelHeight * kernelWidth }
    var weightsPerGroup: Int { weightCount / groups }

    /// Floats that packed weights of a group take at most, in either direction.
    var packedCount: Int { taps * roundUp(group.inputs, to: 16) * roundUp(group.outputs, to: 16) }

    var isDepthwise: Bool { groups > 1 && groups == inputs && inputs == outputs }
    /// Whether a pixel of the result is made of one pixel.
    var isPointwise: Bool { taps == 1 && stride == 1 && padding == 0 }

    private var isThreeByThree: Bool { kernelHeight == 3 && kernelWidth == 3 && dilation == 1 }

    /// The transforms take eight channels at a time.
    private func hasVectors(_ pass: ConvolutionPass) -> Bool {
        min(group.inputs, group.outputs) >= 8 && (pass != .weights || group.inputs % 8 == 0)
    }

    fileprivate func hasWinograd(_ pass: ConvolutionPass) -> Bool {
        isThreeByThree && stride == 1 && padding <= 2 && hasVectors(pass)
    }

    fileprivate func hasStridedWinograd(_ pass: ConvolutionPass) -> Bool {
        isThreeByThree && stride == 2 && padding == 1 && hasVectors(pass) && (pass == .forward || pass == .inference)
    }
}
