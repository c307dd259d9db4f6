/// Which algorithm computes a convolution, from its geometry alone, so that a result never depends on where it is computed.
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

    private var isThreeByThree: Bool {
        kernelHeight == 3 && kernelWidth == 3 && stride == 1 && dilation == 1 && padding <= 2
    }

    /// Below these channels the transforms cost more than the multiplications they save.
    var prefersWinograd: Bool { isThreeByThree && group.inputs >= 16 && group.outputs >= 16 }

    var prefersWinogradForWeights: Bool {
        prefersWinograd && group.inputs % 8 == 0
    }
}
