import CHost
import Synchronization

/// Memory for tensors, kept and handed out again: fresh pages cost more than the arithmetic done in them.
///
/// A step asks for the same sizes in the same order as the step before, so after the first step nothing is allocated.
enum BufferPool {
    private struct Shelves: ~Copyable {
        var free: [Int: [UnsafeMutablePointer<Float>]] = [:]
        var taken = 0
    }

    private static let shelves = Mutex(Shelves())

    /// Room for `capacity` floats, which `capacity(for:)` made, aligned to a cache line, contents arbitrary.
    static func take(_ capacity: Int) -> UnsafeMutablePointer<Float> {
        let kept: UInt? = shelves.withLock { shelves in
            shelves.taken += capacity
            return shelves.free[capacity]?.popLast().map { UInt(bitPattern: $0) }
        }
        if let kept, let pointer = UnsafeMutablePointer<Float>(bitPattern: kept) { return pointer }
        let raw = UnsafeMutableRawPointer.allocate(byteCount: capacity * MemoryLayout<Float>.stride, alignment: 64)
        return raw.bindMemory(to: Float.self, capacity: capacity)
    }

    /// Takes back what `take` gave, for the next that asks for as much.
    static func give(_ pointer: UnsafeMutablePointer<Float>, capacity: Int) {
        let address = UInt(bitPattern: pointer)
        shelves.withLock { shelves in
            guard let pointer = UnsafeMutablePointer<Float>(bitPattern: address) else { return }
            shelves.taken -= capacity
            shelves.free[capacity, default: []].append(pointer)
        }
    }

    /// Floats that tensors have now.
    static var taken: Int { shelves.withLock { $0.taken } }

    /// Capacity that a request is rounded up to, so that near sizes share a shelf.
    static func capacity(for count: Int) -> Int {
        let step = count < 1 << 16 ? 256 : 1 << 14
        return max((count + step - 1) / step * step, 256)
    }
}

/// Bytes that the tensors of this process have now.
public var tensorBytes: Int { BufferPool.taken * MemoryLayout<Float>.stride }

/// Returns every buffer that no tensor uses to the system; for between phases of different sizes.
public func releaseUnusedMemory() {
    BufferPool.empty()
}

extension BufferPool {
    fileprivate static func empty() {
        shelves.withLock { shelves in
            for list in shelves.free.values { for pointer in list { UnsafeMutableRawPointer(pointer).deallocate() } }
            shelves.free = [:]
        }
        chost_return_free_memory()
    }
}
