import Diagnostics
import Foundation

/// Where the ranks of `LocalRanks` bring their parts of an operation; the last to come combines them.
final class Meeting: @unchecked Sendable {  // All state is behind `lock`.
    /// The n-th operation of a sequence, the same on all ranks.
    struct Key: Hashable {
        enum Sequence { case sums, others }
        var sequence: Sequence
        var number: Int
    }

    /// What a rank brings, and what it takes away.
    enum Part {
        case none
        case numbers([Double])
        case bytes([[UInt8]])
        case buffers(UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer, SumFormat)

        var numbers: [Double] { if case .numbers(let values) = self { values } else { [] } }
        var bytes: [[UInt8]] { if case .bytes(let values) = self { values } else { [] } }

        /// What must be equal on all ranks for the operation to make sense.
        var form: String {
            switch self {
            case .none: "finish"
            case .numbers(let values): "\(values.count) numbers"
            case .bytes: "bytes"
            case .buffers(let source, _, let format): "\(source.count / format.bytes) values of \(format)"
            }
        }
    }

    private struct Operation {
        var parts: [Int: Part] = [:]
        var result: Part?
        var taken = 0
    }

    let size: Int
    private let lock = NSCondition()
    private var operations: [Key: Operation] = [:]
    private var failure: (any Error)?
    private var left: Set<Int> = []

    init(size: Int) {
        precondition(size >= 1, "\(size) ranks")
        self.size = size
    }

    /// Brings a rank's part; the last one to come applies `combine` to the parts in rank order.
    func bring(_ part: Part, to key: Key, from rank: Int, _ combine: ([Part]) -> Part) {
        lock.lock()
        defer { lock.unlock() }
        guard failure == nil else { return }
        operations[key, default: Operation()].parts[rank] = part
        guard let parts = operations[key]?.parts, parts.count == size else { return }
        let ordered = (0..<size).compactMap { parts[$0] }
        if let other = ordered.first(where: { $0.form != ordered[0].form }) {
            failure = Problem(
                "ranks do not agree on operation \(key.number): \(ordered[0].form) against \(other.form)",
                exit: .internalError)
        } else {
            operations[key]?.result = combine(ordered)
        }
        lock.broadcast()
    }

    /// Sleeps until the operation is complete or can not be any more; each rank asks once.
    func result(of key: Key) throws -> Part {
        lock.lock()
        defer { lock.unlock() }
        while true {
            if let result = operations[key]?.result {
                operations[key]?.taken += 1
                if operations[key]?.taken == size { operations[key] = nil }
                return result
            }
            if let failure { throw Problem("another rank failed: \(failure)", exit: .internalError) }
            let parts = operations[key]?.parts ?? [:]
            if let gone = left.first(where: { parts[$0] == nil }) {
                throw Problem("rank \(gone) returned while others wait for it", exit: .internalError)
            }
            lock.wait()
        }
    }

    /// Releases everybody; the first failure is the one that is told.
    func fail(_ error: any Error) {
        lock.lock()
        defer { lock.unlock() }
        if failure == nil { failure = error }
        lock.broadcast()
    }

    /// A rank has returned (or will never come back).
    func leave(_ rank: Int) {
        lock.lock()
        defer { lock.unlock() }
        left.insert(rank)
        lock.broadcast()
    }

    /// Sleeps until all ranks have left; throws the first failure.
    func waitForAll() throws {
        lock.lock()
        defer { lock.unlock() }
        while left.count < size { lock.wait() }
        if let failure { throw failure }
    }

    /// Adds all sources in the order of a tree over consecutive ranks, and writes the sum to all destinations.
    static func add<Value: Summand>(_ parts: [Part], of type: Value.Type) {
        var pairs: [(source: UnsafeBufferPointer<Value>, destination: UnsafeMutableBufferPointer<Value>)] = []
        for case .buffers(let source, let destination, _) in parts {
            pairs.append((source.assumingMemoryBound(to: type), destination.assumingMemoryBound(to: type)))
        }
        let count = pairs[0].source.count
        let tree = TreeSum<Value>(shards: pairs.count, count: count)
        let sum = UnsafeMutableBufferPointer<Value>.allocate(capacity: count)
        defer { sum.deallocate() }
        for (rank, pair) in pairs.enumerated() {
            _ = sum.update(from: pair.source)
            tree.add(sum, shard: rank)
        }
        for pair in pairs { _ = pair.destination.update(from: sum) }
    }
}
