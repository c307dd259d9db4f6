import CHost
import Foundation

/// Memory of one range of addresses, cut into pieces as they are asked for; neighbours that are free become one piece.
///
/// So a large tensor finds room where several small ones were, and two phases of a step (the teacher's pass, the student's
/// tape, the way back) share the same pages although none of their sizes agree. Asked for the same sizes in the same order,
/// it gives the same places: after the first steps nothing new is touched.
///
/// Source: best fit with boundaries merged at once, Knuth, The Art of Computer Programming 1, section 2.5.
struct Arena: ~Copyable {
    /// Pieces begin and end at pages.
    static let page = max(4096, Int(sysconf(Int32(_SC_PAGESIZE))))
    /// Memory is committed in steps of this many bytes: few system calls, whole huge pages.
    private static let commitStep = 32 << 20

    /// A run of bytes that nobody uses, as offsets.
    private struct Gap {
        var start: Int
        var end: Int
        var count: Int { end - start }
    }

    private let base: UInt
    /// Bytes of addresses.
    let reserved: Int
    private var committed = 0
    /// In the order of their places; never two that touch.
    private var gaps: [Gap] = []
    /// Bytes from the start on that were handed out at some time since they were last discarded.
    private(set) var extent = 0

    /// Reserves as many addresses as the host has memory, or as a limit allows; no memory yet.
    init() {
        var bytes = max(Int(chost_host_memory()), 1 << 32) / Arena.commitStep * Arena.commitStep
        var address = chost_reserve(bytes)
        while address == nil && bytes > Arena.commitStep {
            bytes = bytes / 2 / Arena.commitStep * Arena.commitStep
            address = chost_reserve(bytes)
        }
        base = UInt(bitPattern: address)
        reserved = address == nil ? 0 : bytes
    }

    /// Address of room for `bytes`, a multiple of the page; nil when the range is used up.
    mutating func take(_ bytes: Int) -> UInt? {
        // The smallest gap that is large enough, the first of equal ones.
        var best: Int?
        for index in gaps.indices where gaps[index].count >= bytes {
            if best.map({ gaps[index].count < gaps[$0].count }) ?? true { best = index }
        }
        guard let best else { return grow(bytes) }
        let start = gaps[best].start
        gaps[best].start += bytes
        if gaps[best].count == 0 { gaps.remove(at: best) }
        return base + UInt(start)
    }

    /// Room at the end, using a gap that is there.
    private mutating func grow(_ bytes: Int) -> UInt? {
        let start = gaps.last.map { $0.end == extent ? $0.start : extent } ?? extent
        let end = start + bytes
        guard commit(end) else { return nil }
        if start < extent { gaps.removeLast() }
        extent = end
        return base + UInt(start)
    }

    private mutating func commit(_ end: Int) -> Bool {
        if end <= committed { return true }
        let target = (end + Arena.commitStep - 1) / Arena.commitStep * Arena.commitStep
        guard target <= reserved, let address = UnsafeMutableRawPointer(bitPattern: base + UInt(committed)),
            chost_commit(address, target - committed) == 0
        else { return false }
        committed = target
        return true
    }

    /// Whether an address is one that `take` gave.
    func contains(_ address: UInt) -> Bool { address >= base && address < base + UInt(reserved) }

    /// Takes back what `take` gave.
    mutating func give(_ address: UInt, _ bytes: Int) {
        var gap = Gap(start: Int(address - base), end: Int(address - base) + bytes)
        var next = firstGap(from: gap.start)
        if next < gaps.count, gaps[next].start == gap.end {
            gap.end = gaps[next].end
            gaps.remove(at: next)
        }
        if next > 0, gaps[next - 1].end == gap.start {
            gap.start = gaps[next - 1].start
            next -= 1
            gaps[next] = gap
        } else {
            gaps.insert(gap, at: next)
        }
    }

    private func firstGap(from start: Int) -> Int {
        var (low, high) = (0, gaps.count)
        while low < high {
            let middle = (low + high) / 2
            if gaps[middle].start < start { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Gives the memory of all gaps back to the system.
    mutating func discardGaps() {
        for gap in gaps {
            if let address = UnsafeMutableRawPointer(bitPattern: base + UInt(gap.start)) {
                chost_discard(address, gap.count)
            }
        }
        if let last = gaps.last, last.end == extent {
            extent = last.start
            gaps.removeLast()
        }
    }
}
