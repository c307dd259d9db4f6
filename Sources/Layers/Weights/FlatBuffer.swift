import Tensors

/// Floats in one piece of memory, aligned to a cache line, 0 at first.
///
/// Confined to the thread that trains, except while it is handed over for a sum over ranks.
public final class FlatBuffer: @unchecked Sendable {
    /// First float; valid while the buffer lives.
    public let pointer: UnsafeMutablePointer<Float>
    /// Floats, which never change in number.
    public let count: Int
    let memory: Tensor

    /// Zeros; none at all is a buffer too.
    public init(count: Int) {
        self.count = count
        memory = Tensor(lasting: Shape(1, 1, 1, max(count, 1)))
        memory.fill(0)
        pointer = memory.pointer
    }

    /// Copies all values of a buffer of equal size.
    public func copy(from other: FlatBuffer) {
        precondition(count == other.count, "\(other.count) values into \(count)")
        pointer.update(from: other.pointer, count: count)
    }

    /// All values as bytes of this machine.
    public var bytes: [UInt8] { Array(UnsafeRawBufferPointer(start: pointer, count: count * 4)) }

    /// Takes what `bytes` gave.
    public func copy(bytes: [UInt8]) {
        precondition(bytes.count == count * 4, "\(bytes.count) bytes into \(count) values")
        bytes.withUnsafeBytes { source in
            UnsafeMutableRawBufferPointer(start: pointer, count: count * 4).copyMemory(from: source)
        }
    }

    /// Sets all values to 0.
    public func zero() { pointer.update(repeating: 0, count: count) }

    /// All values.
    public var values: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }
}
