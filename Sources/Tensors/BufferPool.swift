import CHost
import Synchronization

/// Memory for tensors, kept and handed out again: fresh pages cost more than the arithmetic done in them.
///
/// A step asks for the same sizes in the same order as the step before, so after the first steps nothing is allocated.
/// Large buffers are pieces of an arena, which may be cut in other ways by the next phase; small ones, which threads take
/// in any order, lie on shelves by their size.
enum BufferPool {
    /// What a buffer is for; tells how long it lives, and where it is counted.
    enum Purpose: Int, CaseIterable {
        /// Values of a pass: given back when it is done.
        case pass
        /// What outlives passes. Apart from theirs, so that it leaves no gaps between them.
        case lasting
        /// For the time of one call.
        case scratch
    }

    /// From this many bytes on a buffer is a piece of an arena.
    private static let large = 1 << 18
    /// Scratch up to here lies on shelves: it is taken by several threads at once, in no certain order.
    private static let shelvedScratch = 1 << 21

    private struct Rooms: ~Copyable {
        var passes = Arena()
        var lasting = Arena()
        var shelves: [Int: [UInt]] = [:]
        var shelved = 0
        var memory = TensorMemory()
    }

    private static let rooms = Mutex(Rooms())

    /// Room for `capacity` floats, which `capacity(for:)` made, aligned to a cache line, contents arbitrary.
    static func take(_ capacity: Int, for purpose: Purpose = .pass) -> UnsafeMutablePointer<Float> {
        let bytes = capacity * MemoryLayout<Float>.stride
        let address = rooms.withLock { rooms -> UInt? in
            rooms.memory.count(bytes, purpose)
            guard isLarge(bytes, purpose) else { return rooms.shelves[capacity]?.popLast() }
            let before = rooms.passes.extent + rooms.lasting.extent
            let address = purpose == .lasting ? rooms.lasting.take(bytes) : rooms.passes.take(bytes)
            if rooms.passes.extent + rooms.lasting.extent > before { rooms.memory.fresh += 1 }
            return address
        }
        if let address, let pointer = UnsafeMutablePointer<Float>(bitPattern: address) { return pointer }
        return allocate(bytes, isShelved: !isLarge(bytes, purpose)).bindMemory(to: Float.self, capacity: capacity)
    }

    /// Memory that no arena and no shelf has.
    private static func allocate(_ bytes: Int, isShelved: Bool) -> UnsafeMutableRawPointer {
        rooms.withLock { rooms in
            rooms.memory.fresh += 1
            if isShelved { rooms.shelved += bytes }
        }
        return UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    }

    /// Whether a lasting buffer at an address has its whole pages for itself, so that others can be put in their place.
    static func ownsPages(_ pointer: UnsafeMutablePointer<Float>, bytes: Int) -> Bool {
        let address = UInt(bitPattern: pointer)
        return bytes >= large && address % UInt(Arena.page) == 0 && rooms.withLock { $0.lasting.contains(address) }
    }

    private static func isLarge(_ bytes: Int, _ purpose: Purpose) -> Bool {
        purpose == .scratch ? bytes > shelvedScratch : bytes >= large
    }

    /// Takes back what `take` gave for the same purpose.
    static func give(_ pointer: UnsafeMutablePointer<Float>, capacity: Int, for purpose: Purpose = .pass) {
        let bytes = capacity * MemoryLayout<Float>.stride
        let address = UInt(bitPattern: pointer)
        let isForeign = rooms.withLock { rooms in
            rooms.memory.count(-bytes, purpose)
            if !isLarge(bytes, purpose) {
                rooms.shelves[capacity, default: []].append(address)
            } else if rooms.passes.contains(address) {
                rooms.passes.give(address, bytes)
            } else if rooms.lasting.contains(address) {
                rooms.lasting.give(address, bytes)
            } else {
                return true
            }
            return false
        }
        if isForeign { UnsafeMutableRawPointer(pointer).deallocate() }
    }

    /// What tensors have now.
    static var memory: TensorMemory {
        rooms.withLock { rooms in
            var memory = rooms.memory
            memory.reserved = rooms.passes.reserved + rooms.lasting.reserved
            memory.kept = rooms.passes.extent + rooms.lasting.extent + rooms.shelved
            return memory
        }
    }

    /// Begins anew to look for the most that passes and scratch have at a time.
    static func forgetPeaks() { rooms.withLock { $0.memory.forgetPeaks() } }

    /// Returns every buffer that nobody uses to the system.
    static func empty() {
        rooms.withLock { rooms in
            for (capacity, list) in rooms.shelves {
                for address in list { UnsafeMutableRawPointer(bitPattern: address)?.deallocate() }
                rooms.shelved -= list.count * capacity * MemoryLayout<Float>.stride
            }
            rooms.shelves = [:]
            rooms.passes.discardGaps()
            rooms.lasting.discardGaps()
        }
        chost_return_free_memory()
    }

    /// Capacity that a request is rounded up to: whole pages where it is large, else so that near sizes share a shelf.
    static func capacity(for count: Int) -> Int {
        let step = count < 1 << 16 ? 256 : Arena.page / MemoryLayout<Float>.stride
        return max((count + step - 1) / step * step, 256)
    }
}
