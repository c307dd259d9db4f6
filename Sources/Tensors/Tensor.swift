/// Dense Float32 values in NHWC order, or a view of a range of channels or images of another tensor.
///
/// A tensor is a handle: copies share their values. Channels are contiguous; pixels are `pixelStride` floats apart, so a
/// range of channels is a view that matrix products understand as a leading dimension.
///
/// Sharing across threads is safe as far as writers keep to disjoint values, which kernels do by splitting work at fixed
/// places; hence `@unchecked`.
public struct Tensor: @unchecked Sendable {
    /// Extent of the values that this handle sees; a view's is smaller than its storage.
    public let shape: Shape
    /// Floats from one pixel to the next.
    public let pixelStride: Int
    private let storage: Storage
    private let offset: Int

    private final class Storage {
        let pointer: UnsafeMutablePointer<Float>
        let capacity: Int
        let purpose: BufferPool.Purpose

        init(count: Int, for purpose: BufferPool.Purpose = .pass) {
            capacity = BufferPool.capacity(for: count)
            pointer = BufferPool.take(capacity, for: purpose)
            self.purpose = purpose
        }

        deinit { BufferPool.give(pointer, capacity: capacity, for: purpose) }
    }

    /// A tensor with arbitrary contents.
    public init(_ shape: Shape) {
        self.init(shape: shape, pixelStride: shape.channels, storage: Storage(count: shape.count), offset: 0)
    }

    /// A tensor with arbitrary contents that outlives the pass it is made in: kept apart from those that do not.
    public init(lasting shape: Shape) {
        self.init(
            shape: shape, pixelStride: shape.channels, storage: Storage(count: shape.count, for: .lasting), offset: 0)
    }

    /// A tensor filled with one value.
    public init(_ shape: Shape, repeating value: Float) {
        self.init(shape)
        pointer.update(repeating: value, count: shape.count)
    }

    /// A tensor with the given values in NHWC order.
    public init(_ shape: Shape, _ values: [Float]) {
        precondition(values.count == shape.count, "\(values.count) values for shape \(shape)")
        self.init(shape)
        values.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { pointer.update(from: base, count: values.count) }
        }
    }

    private init(shape: Shape, pixelStride: Int, storage: Storage, offset: Int) {
        self.shape = shape
        self.pixelStride = pixelStride
        self.storage = storage
        self.offset = offset
    }

    /// First value; pixel `p`, channel `c` is at `p · pixelStride + c`. Valid while the tensor lives.
    public var pointer: UnsafeMutablePointer<Float> { storage.pointer + offset }

    /// Whether pixels follow each other without gaps.
    public var isContiguous: Bool { pixelStride == shape.channels }

    /// View of some channels of every pixel.
    public func channels(_ range: Range<Int>) -> Tensor {
        precondition(range.lowerBound >= 0 && range.upperBound <= shape.channels, "channels \(range) of \(shape)")
        return Tensor(
            shape: shape.with(channels: range.count), pixelStride: pixelStride, storage: storage,
            offset: offset + range.lowerBound)
    }

    /// View of some images.
    public func images(_ range: Range<Int>) -> Tensor {
        precondition(range.lowerBound >= 0 && range.upperBound <= shape.n, "images \(range) of \(shape)")
        return Tensor(
            shape: Shape(range.count, shape.height, shape.width, shape.channels), pixelStride: pixelStride,
            storage: storage, offset: offset + range.lowerBound * shape.height * shape.width * pixelStride)
    }

    /// View of some columns of the only row of the only image.
    public func columns(_ range: Range<Int>) -> Tensor {
        precondition(
            shape.n == 1 && shape.height == 1 && range.upperBound <= shape.width, "columns \(range) of \(shape)")
        return Tensor(
            shape: Shape(1, 1, range.count, shape.channels), pixelStride: pixelStride, storage: storage,
            offset: offset + range.lowerBound * pixelStride)
    }

    /// The same values under another shape of the same channel count, or, when contiguous, of any channel count.
    public func reshaped(_ shape: Shape) -> Tensor {
        precondition(shape.count == self.shape.count, "\(self.shape) as \(shape)")
        precondition(isContiguous || shape.channels == self.shape.channels, "view \(self.shape) as \(shape)")
        return Tensor(
            shape: shape, pixelStride: isContiguous ? shape.channels : pixelStride, storage: storage, offset: offset)
    }

    /// The values in NHWC order.
    public var values: [Float] {
        let channels = shape.channels
        return [Float](unsafeUninitializedCapacity: shape.count) { buffer, count in
            if let base = buffer.baseAddress {
                for pixel in 0..<shape.pixels {
                    (base + pixel * channels).update(from: pointer + pixel * pixelStride, count: channels)
                }
            }
            count = shape.count
        }
    }

    /// Sets every value.
    public func fill(_ value: Float) {
        if isContiguous {
            pointer.update(repeating: value, count: shape.count)
        } else {
            for pixel in 0..<shape.pixels {
                (pointer + pixel * pixelStride).update(repeating: value, count: shape.channels)
            }
        }
    }

    /// Copies the values of a tensor of equal shape: reads one map, writes one.
    public func copy(from other: Tensor) {
        precondition(shape == other.shape, "copy \(other.shape) to \(shape)")
        parallel(rowsOf: shape.pixels, width: shape.channels) { range in
            for pixel in range {
                (pointer + pixel * pixelStride).update(
                    from: other.pointer + pixel * other.pixelStride, count: shape.channels)
            }
        }
    }

    /// A contiguous tensor with the same values.
    public func copied() -> Tensor {
        let result = Tensor(shape)
        result.copy(from: self)
        return result
    }

    /// Adds the values of a tensor of equal shape: reads two maps, writes one.
    public func add(_ other: Tensor) {
        precondition(shape == other.shape, "add \(other.shape) to \(shape)")
        parallel(rowsOf: shape.pixels, width: shape.channels) { range in
            for pixel in range {
                addValues(
                    pointer + pixel * pixelStride, other.pointer + pixel * other.pixelStride, count: shape.channels)
            }
        }
    }
}

/// `target += source`, element by element.
@inline(__always)
public func addValues(_ target: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>, count: Int) {
    var i = 0
    while i + 8 <= count {
        let sum = load8(target + i) + load8(source + i)
        store8(sum, to: target + i)
        i += 8
    }
    while i < count {
        target[i] += source[i]
        i += 1
    }
}
