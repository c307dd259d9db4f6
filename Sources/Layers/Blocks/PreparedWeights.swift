import Tensors

/// Convolutions prepared from weights, kept until these change: one for every algorithm that was asked for.
final class PreparedWeights {
    private var kept: (version: Int, convolutions: [PreparedConvolution])?

    /// The convolution with this version of the weights for images of this extent.
    func convolution(
        _ geometry: ConvolutionGeometry, version: Int, input: Shape,
        _ make: (ConvolutionAlgorithm) -> PreparedConvolution
    ) -> PreparedConvolution {
        if kept?.version != version { kept = nil }
        let algorithm = ConvolutionTask(.inference, geometry, height: input.height, width: input.width).algorithm
        if let ready = kept?.convolutions.first(where: { $0.algorithm == algorithm }) { return ready }
        let convolution = KernelProfile.measure(
            .pass("prepare weights", overValues: geometry.weightCount, passes: 2, block: "")
        ) { make(algorithm) }
        kept = (version, (kept?.convolutions ?? []) + [convolution])
        return convolution
    }
}
