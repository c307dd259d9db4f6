/// Mean and spread of each channel over some pixels, in a form that adds up.
///
/// Source: Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
public struct Moments: Sendable {
    /// Number of pixels.
    public var count: Double
    /// Mean of each channel; 0 before any pixel.
    public var mean: [Double]
    /// Σ (x − mean)².
    public var spread: [Double]

    /// The moments of no pixels.
    public init(channels: Int) {
        count = 0
        mean = [Double](repeating: 0, count: channels)
        spread = mean
    }

    /// Variance with divisor `count`, which normalises.
    public func biasedVariance(_ channel: Int) -> Double { spread[channel] / max(count, 1) }

    /// Variance with divisor `count − 1`, which running statistics keep.
    public func unbiasedVariance(_ channel: Int) -> Double { spread[channel] / max(count - 1, 1) }

    /// Takes in further pixels.
    public mutating func merge(_ other: Moments) {
        guard other.count > 0 else { return }
        let total = count + other.count
        for channel in mean.indices {
            let delta = other.mean[channel] - mean[channel]
            mean[channel] += delta * other.count / total
            spread[channel] += other.spread[channel] + delta * delta * count * other.count / total
        }
        count = total
    }

    /// `[count, Σx…, Σx²…]`: sums that ranks can add.
    public var sums: [Double] {
        [count] + mean.map { $0 * count } + zip(mean, spread).map { $1 + $0 * $0 * count }
    }

    /// The moments whose `sums` these are.
    public init(sums: [Double]) {
        let channels = (sums.count - 1) / 2
        self.init(channels: channels)
        count = sums[0]
        guard count > 0 else { return }
        for channel in 0..<channels {
            mean[channel] = sums[1 + channel] / count
            spread[channel] = max(0, sums[1 + channels + channel] - mean[channel] * mean[channel] * count)
        }
    }
}

/// Rows of pixels that one task handles: about 8 K values, so that a second look finds them in cache.
private func rowsPerTask(channels: Int) -> Int { max(1, 8192 / channels) }

/// Moments of every channel of `x` over all pixels.
///
/// Cost: one read from memory and one from cache.
public func moments(of x: Tensor) -> Moments {
    let channels = x.shape.channels
    let rows = rowsPerTask(channels: channels)
    let tasks = (x.shape.pixels + rows - 1) / rows
    let partial = Tensor(Shape(1, tasks, 2, channels))
    parallel(tasks: tasks) { task in
        let range = task * rows..<min(x.shape.pixels, (task + 1) * rows)
        let mean = partial.pointer + task * 2 * channels
        let spread = mean + channels
        let scale = 1 / Float(range.count)
        forEachVector(channels) { c, width in
            var sum = SIMD8<Float>()
            for pixel in range { sum += load(x.pointer + pixel * x.pixelStride + c, width) }
            let average = sum * scale
            var squares = SIMD8<Float>()
            for pixel in range {
                let d = load(x.pointer + pixel * x.pixelStride + c, width) - average
                squares = squares.addingProduct(d, d)
            }
            store(average, to: mean + c, width)
            store(squares, to: spread + c, width)
        }
    }
    var total = Moments(channels: channels)
    for task in 0..<tasks {
        var part = Moments(channels: channels)
        part.count = Double(min(x.shape.pixels, (task + 1) * rows) - task * rows)
        let mean = partial.pointer + task * 2 * channels
        for c in 0..<channels {
            part.mean[c] = Double(mean[c])
            part.spread[c] = Double(mean[channels + c])
        }
        total.merge(part)
    }
    return total
}

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
public func normalizeAndActivate(
    _ y: Tensor, _ normalization: Normalization, _ activation: ActivationFunction, adding residual: Tensor?,
    into output: Tensor
) {
    let channels = y.shape.channels
    parallel(rowsOf: y.shape.pixels, width: channels) { range in
        forEachVector(channels) { c, width in
            let scale = load(normalization.scale, c, width)
            let shift = load(normalization.shift, c, width)
            for pixel in range {
                let z = shift.addingProduct(scale, load(y.pointer + pixel * y.pixelStride + c, width))
                var value = activation == .silu ? z * sigmoid(z) : z
                if let residual { value += load(residual.pointer + pixel * residual.pixelStride + c, width) }
                store(value, to: output.pointer + pixel * output.pixelStride + c, width)
            }
        }
    }
}

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
        forEachVector(channels) { c, width in
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
                if activation == .silu {
                    let z = shift.addingProduct(scale, value)
                    let s = sigmoid(z)
                    dz *= s * (1 + z * (1 - s))
                    store(dz, to: target, width)
                }
                sum += dz
                projection = projection.addingProduct(dz, (value - mean) * inverse)
            }
            store(sum, to: sums + c, width)
            store(projection, to: sums + channels + c, width)
        }
    }
    return NormalizationSums(adding: partial)
}

/// Second pass of the way back: turns dz into dy in place, `dy = scale · (dz − mean(dz) − x̂ · mean(dz · x̂))`.
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
        forEachVector(channels) { c, width in
            let scale = load(normalization.scale, c, width)
            let a = load(slope, c, width)
            let b = load(offset, c, width)
            for pixel in range {
                let target = gradient.pointer + pixel * gradient.pixelStride + c
                let value = load(y.pointer + pixel * y.pixelStride + c, width)
                store((b.addingProduct(a, value)).addingProduct(scale, load(target, width)), to: target, width)
            }
        }
    }
}

/// Sum of every channel over all pixels.
public func columnSums(of x: Tensor) -> [Double] {
    moments(of: x).sums[1...x.shape.channels].map { $0 }
}
