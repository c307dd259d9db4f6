/// What normalisation does to a channel: `z = scale · y + shift`, and what its backward needs.
///
/// Source: Ioffe and Szegedy, arXiv:1502.03167.
public struct Normalization: Sendable {
    /// `weight · inverseDeviation` of each channel; also what folding multiplies a convolution's weights by.
    public var scale: [Float]
    /// `bias − mean · scale` of each channel; also the bias of a folded convolution.
    public var shift: [Float]
    /// With `inverseDeviation`, what turns `y` into `x̂ = (y − mean) · inverseDeviation` on the way back.
    var mean: [Float]
    /// `1 / √(variance + epsilon)` of each channel.
    var inverseDeviation: [Float]

    /// `z = weight · (y − mean) / √(variance + epsilon) + bias`.
    public init(
        mean: [Float], variance: [Float], weight: UnsafePointer<Float>, bias: UnsafePointer<Float>, epsilon: Float
    ) {
        let inverse = variance.map { 1 / ($0 + epsilon).squareRoot() }
        let scale = inverse.indices.map { weight[$0] * inverse[$0] }
        self.mean = mean
        self.scale = scale
        inverseDeviation = inverse
        shift = scale.indices.map { bias[$0] - mean[$0] * scale[$0] }
    }
}

/// `output = f(scale · y + shift) [+ residual]` in one pass; `output` may be a view.
///
/// Reads `y` and the residual, writes the output.
public func normalizeAndActivate(
    _ y: Tensor, _ normalization: Normalization, _ activation: ActivationFunction, adding residual: Tensor?,
    into output: Tensor
) {
    let channels = y.shape.channels
    parallel(rowsOf: y.shape.pixels, width: channels) { range in
        @inline(__always) func vector(_ c: Int, _ width: Int) {
            let scale = load(normalization.scale, c, width)
            let shift = load(normalization.shift, c, width)
            for pixel in range {
                let z = shift.addingProduct(scale, load(y.pointer + pixel * y.pixelStride + c, width))
                var value = activation(z)
                if let residual { value += load(residual.pointer + pixel * residual.pixelStride + c, width) }
                store(value, to: output.pointer + pixel * output.pixelStride + c, width)
            }
        }
        forEachVector(channels, whole: { vector($0, 8) }, rest: { vector($0, $1) })
    }
}
