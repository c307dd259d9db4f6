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

    /// Takes in further pixels whose mean and spread stand in memory.
    fileprivate mutating func merge(count other: Double, mean: UnsafePointer<Float>, spread: UnsafePointer<Float>) {
        let total = count + other
        let (share, weight) = (other / total, count * other / total)
        for channel in self.mean.indices {
            let delta = Double(mean[channel]) - self.mean[channel]
            self.mean[channel] += delta * share
            self.spread[channel] += Double(spread[channel]) + delta * delta * weight
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
func rowsPerTask(channels: Int) -> Int { max(1, 8192 / channels) }

/// Moments of every channel of `x` over all pixels.
///
/// Reads every value twice, once from memory and once from the cache; writes nothing.
public func moments(of x: Tensor) -> Moments {
    let channels = x.shape.channels
    let rows = rowsPerTask(channels: channels)
    let tasks = (x.shape.pixels + rows - 1) / rows
    let partial = Tensor(Shape(1, tasks, 2, channels))
    parallel(tasks: tasks) { task in
        let part = PartialMoments(
            pointer: x.pointer + task * rows * x.pixelStride, stride: x.pixelStride,
            rows: min(x.shape.pixels - task * rows, rows), mean: partial.pointer + task * 2 * channels,
            spread: partial.pointer + (task * 2 + 1) * channels)
        part.run(channels)
    }
    var total = Moments(channels: channels)
    for task in 0..<tasks {
        let mean = partial.pointer + task * 2 * channels
        total.merge(
            count: Double(min(x.shape.pixels - task * rows, rows)), mean: mean, spread: mean + channels)
    }
    return total
}

/// Mean and spread of some rows.
private struct PartialMoments {
    let pointer: UnsafePointer<Float>
    let stride: Int
    let rows: Int
    let mean: UnsafeMutablePointer<Float>
    let spread: UnsafeMutablePointer<Float>

    func run(_ channels: Int) {
        var c = 0
        // Four vectors at a time: whole lines of the cache, and sums that do not wait for each other.
        while c + 32 <= channels {
            runFour(c)
            c += 32
        }
        while c + 8 <= channels {
            runOne(c, 8)
            c += 8
        }
        if c < channels { runOne(c, channels - c) }
    }

    private func runFour(_ c: Int) {
        typealias Four = (SIMD8<Float>, SIMD8<Float>, SIMD8<Float>, SIMD8<Float>)
        let zero = SIMD8<Float>()
        var sum: Four = (zero, zero, zero, zero)
        for row in 0..<rows {
            let p = pointer + (row &* stride &+ c)
            sum.0 += load8(p)
            sum.1 += load8(p + 8)
            sum.2 += load8(p + 16)
            sum.3 += load8(p + 24)
        }
        let scale = 1 / Float(rows)
        let average: Four = (sum.0 * scale, sum.1 * scale, sum.2 * scale, sum.3 * scale)
        var squares: Four = (zero, zero, zero, zero)
        for row in 0..<rows {
            let p = pointer + (row &* stride &+ c)
            let d: Four = (
                load8(p) - average.0, load8(p + 8) - average.1, load8(p + 16) - average.2, load8(p + 24) - average.3
            )
            squares.0 = squares.0.addingProduct(d.0, d.0)
            squares.1 = squares.1.addingProduct(d.1, d.1)
            squares.2 = squares.2.addingProduct(d.2, d.2)
            squares.3 = squares.3.addingProduct(d.3, d.3)
        }
        store8(average.0, to: mean + c)
        store8(average.1, to: mean + c + 8)
        store8(average.2, to: mean + c + 16)
        store8(average.3, to: mean + c + 24)
        store8(squares.0, to: spread + c)
        store8(squares.1, to: spread + c + 8)
        store8(squares.2, to: spread + c + 16)
        store8(squares.3, to: spread + c + 24)
    }

    @inline(__always)
    private func runOne(_ c: Int, _ width: Int) {
        var sum = SIMD8<Float>()
        for row in 0..<rows { sum += load(pointer + row * stride + c, width) }
        let average = sum * (1 / Float(rows))
        var squares = SIMD8<Float>()
        for row in 0..<rows {
            let d = load(pointer + row * stride + c, width) - average
            squares = squares.addingProduct(d, d)
        }
        store(average, to: mean + c, width)
        store(squares, to: spread + c, width)
    }
}

/// Sum of every channel over all pixels.
public func columnSums(of x: Tensor) -> [Double] {
    moments(of: x).sums[1...x.shape.channels].map { $0 }
}
