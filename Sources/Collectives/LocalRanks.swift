import CHost
import Diagnostics
import Foundation

/// Ranks that are threads of this process: the same operations and the same order of additions as over MPI.
public enum LocalRanks {
    /// Runs `body` once per rank, each on a thread of its own, and returns the results in rank order.
    ///
    /// When a body throws, the others are released from whatever they wait for with an error, and the first error is
    /// thrown after all have returned. A rank that aborts never returns: its thread sleeps for good, and a `Problem` with
    /// its exit code is thrown.
    public static func run<Result: Sendable>(
        _ size: Int, _ body: @escaping @Sendable (any Communicator) throws -> Result
    ) throws -> [Result] {
        let meeting = Meeting(size: size)
        let results = Results<Result>(size)
        for rank in 0..<size {
            let thread = Thread {
                do {
                    results.set(rank, try body(LocalCommunicator(rank: rank, meeting: meeting)))
                } catch {
                    meeting.fail(error)
                }
                meeting.leave(rank)
            }
            // As much as the main thread has: models are deep.
            thread.stackSize = 16 << 20
            thread.start()
        }
        try meeting.waitForAll()
        return results.all
    }

    private final class Results<Result: Sendable>: @unchecked Sendable {  // Each rank writes once, under `lock`.
        private let lock = NSLock()
        private var values: [Result?]

        init(_ size: Int) { values = .init(repeating: nil, count: size) }

        func set(_ rank: Int, _ value: Result) { lock.withLock { values[rank] = value } }

        var all: [Result] { lock.withLock { values.compactMap { $0 } } }
    }
}

/// One rank of `LocalRanks`.
private final class LocalCommunicator: Communicator {
    let rank: Int
    let size: Int
    var local: (rank: Int, size: Int) { (rank, size) }
    private let meeting: Meeting
    /// Operations so far in the two sequences.
    private var sums = 0
    private var others = 0

    init(rank: Int, meeting: Meeting) {
        self.rank = rank
        self.size = meeting.size
        self.meeting = meeting
    }

    func sum(_ values: inout [Double]) throws {
        values = try exchange(.numbers(values)) { parts in .numbers(TreeSum.sum(parts.map(\.numbers))) }.numbers
    }

    func maximum(_ values: inout [Double]) throws {
        values =
            try exchange(.numbers(values)) { parts in
                let clean = parts.map { $0.numbers.map { $0.isNaN ? .infinity : $0 } }
                return .numbers(clean.dropFirst().reduce(clean[0]) { zip($0, $1).map(max) })
            }.numbers
    }

    func startSum<Value: Summand>(
        _ source: UnsafeBufferPointer<Value>, into destination: UnsafeMutableBufferPointer<Value>
    ) -> any PendingSum {
        precondition(source.count == destination.count, "\(source.count) values into \(destination.count)")
        let key = Meeting.Key(sequence: .sums, number: sums)
        sums += 1
        let part = Meeting.Part.buffers(
            UnsafeRawBufferPointer(source), UnsafeMutableRawBufferPointer(destination), Value.format)
        meeting.bring(part, to: key, from: rank) { parts in
            Meeting.add(parts, of: Value.self)
            return .none
        }
        return LocalSum(meeting: meeting, key: key)
    }

    func broadcast(_ bytes: [UInt8]) throws -> [UInt8] {
        try exchange(.bytes([rank == 0 ? bytes : []])) { $0[0] }.bytes[0]
    }

    func gather(_ bytes: [UInt8]) throws -> [[UInt8]]? {
        let all = try exchange(.bytes([bytes])) { parts in .bytes(parts.flatMap(\.bytes)) }.bytes
        return rank == 0 ? all : nil
    }

    func report(phase: String, step: Int) {}

    func abort(because error: any Error) -> Never {
        meeting.fail(error)
        park()
    }

    func abort(code: Int32) -> Never {
        let exit = ExitCode(rawValue: code) ?? .internalError
        meeting.fail(Problem("rank \(rank) aborted with code \(code)", exit: exit))
        park()
    }

    func finish() throws { _ = try exchange(.none) { _ in .none } }

    private func park() -> Never {
        meeting.leave(rank)
        while true { sleep(1000) }
    }

    private func exchange(
        _ part: Meeting.Part, _ combine: @escaping ([Meeting.Part]) -> Meeting.Part
    ) throws -> Meeting.Part {
        let key = Meeting.Key(sequence: .others, number: others)
        others += 1
        meeting.bring(part, to: key, from: rank, combine)
        return try meeting.result(of: key)
    }
}

private final class LocalSum: PendingSum {
    private let meeting: Meeting
    private let key: Meeting.Key
    private var isComplete = false
    private(set) var times: SumTimes

    init(meeting: Meeting, key: Meeting.Key) {
        self.meeting = meeting
        self.key = key
        let now = chost_seconds()
        times = SumTimes(started: now, ended: now)
    }

    func wait() throws {
        if isComplete { return }
        _ = try meeting.result(of: key)
        times.ended = chost_seconds()
        isComplete = true
    }
}
