/// Σ dz and Σ dz · x̂ of every channel, in Double.
public struct NormalizationSums: Sendable {
    /// Σ dz over the pixels: the gradient of BatchNorm's bias.
    public var gradient: [Double]
    /// Σ dz · x̂ over the pixels: the gradient of BatchNorm's weight.
    public var projection: [Double]

    /// The sums of all tasks, `[1, tasks, 2, channels]`, added in the order of the tasks.
    fileprivate init(adding partial: Tensor) {
        let channels = partial.shape.channels
        gradient = [Double](repeating: 0, count: channels)
        projection = gradient
        for task in 0..<partial.shape.height {
            let sums = partial.pointer + task * 2 * channels
            for c in 0..<channels {
                gradient[c] += Double(sums[c])
                projection[c] += Double(sums[channels + c])
            }
        }
    }
}

/// First pass of the way back: turns `gradient` (of the activation's result) into dz in place, and sums it up.
///
/// Reads the gradient and `y`, writes the gradient; what the forward pass computed between them is computed again.
public func pullActivation(
    _ gradient: Tensor, y: Tensor, _ normalization: Normalization, _ activation: ActivationFunction
) -> NormalizationSums {
    let channels = y.shape.channels
    let rows = rowsPerTask(channels: channels)
    let tasks = (y.shape.pixels + rows - 1) / rows
    let partial = Tensor(Shape(1, tasks, 2, channels))
    parallel(tasks: tasks) { task in
        let range = task * rows..<min(y.shape.pixels, (task + 1) * rows)
        let sums = partial.pointer + task * 2 * channels
        @inline(__always) func vector(_ c: Int, _ width: Int, _ activation: ActivationFunction) {
            let scale = load(normalization.scale, c, width)
            let shift = load(normalization.shift, c, width)
            let mean = load(normalization.mean, c, width)
            let inverse = load(normalization.inverseDeviation, c, width)
            var sum = SIMD8<Float>()
            var projection = SIMD8<Float>()
            for pixel in range {
                let value = load(y.pointer + pixel * y.pixelStride + c, width)
                let target = gradient.pointer + pixel * gradient.pixelStride + c
                var dz = load(target, width)
                if activation != .identity {
                    dz *= activation.derivative(at: shift.addingProduct(scale, value))
                    store(dz, to: target, width)
                }
                sum += dz
                projection = projection.addingProduct(dz, (value - mean) * inverse)
            }
            store(sum, to: sums + c, width)
            store(projection, to: sums + channels + c, width)
        }
        // Told apart here, once, the loop over pixels is a fifth faster.
        switch activation {
        case .silu:
            forEachVector(channels, whole: { vector($0, 8, .silu) }, rest: { vector($0, $1, .silu) })
        case .identity: forEachVector(channels) { c, width in vector(c, width, .identity) }
        default: forEachVector(channels) { c, width in vector(c, width, activation) }
        }
    }
    return NormalizationSums(adding: partial)
}

/// Second pass of the way back: turns dz into dy in place, `dy = scale · (dz − mean(dz) − x̂ · mean(dz · x̂))`.
///
/// Reads dz and `y`, writes dy.
///
/// - Parameter count: pixels that the batch statistics were taken over; nil when they were running statistics, which
///   do not depend on `y`.
public func pullNormalization(
    _ gradient: Tensor, y: Tensor, _ normalization: Normalization, sums: NormalizationSums, count: Double?
) {
    let channels = y.shape.channels
    let share = count.map { 1 / $0 } ?? 0
    // dy = scale · dz + a · y + b, with a and b constant for a channel.
    var slope = [Float](repeating: 0, count: channels)
    var offset = slope
    for c in 0..<channels {
        let projection = sums.projection[c] * share * Double(normalization.inverseDeviation[c])
        slope[c] = Float(-Double(normalization.scale[c]) * projection)
        offset[c] = Float(
            -Double(normalization.scale[c]) * (sums.gradient[c] * share - Double(normalization.mean[c]) * projection))
    }
    parallel(rowsOf: y.shape.pixels, width: channels) { range in
        @inline(__always) func vector(_ c: Int, _ width: Int) {
            let scale = load(normalization.scale, c, width)
            let a = load(slope, c, width)
            let b = load(offset, c, width)
            for pixel in range {
                let target = gradient.pointer + pixel * gradient.pixelStride + c
                let value = load(y.pointer + pixel * y.pixelStride + c, width)
                store((b.addingProduct(a, value)).addingProduct(scale, load(target, width)), to: target, width)
            }
        }
        forEachVector(channels, whole: { vector($0, 8) }, rest: { vector($0, $1) })
    }
}
