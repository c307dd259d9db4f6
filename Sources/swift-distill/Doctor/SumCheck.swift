import CHost
import Collectives

/// A sum of known values over all ranks: was it right, and how long did it take?
struct SumCheck: Codable, Equatable {
    var bytes: Int
    /// Values that differ from the known sum.
    var wrong: Int
    /// Median.
    var seconds: Double

    /// Floats of a single value, a small and a large message, and the gradients of YOLOv8n.
    private static let counts = [1, 16_384, 262_144, 3_200_000]

    /// Checks and times sums of several sizes; all ranks call it.
    static func run(_ ranks: any Communicator) throws -> [SumCheck] {
        try counts.enumerated().map { step, count in
            ranks.report(phase: "all-reduce check", step: step)
            return try check(count, repeats: count > 1_000_000 ? 5 : 15, ranks)
        }
    }

    private static func check(_ count: Int, repeats: Int, _ ranks: any Communicator) throws -> SumCheck {
        let values = (0..<period).map { value(rank: ranks.rank, $0) }
        let own = (0..<count).map { values[$0 % period] }
        var sums = [Float](repeating: 0, count: count)
        var times: [Double] = []
        for _ in 0...repeats {
            // Begin together, or the time would be that of waiting for the last.
            var meeting = [0.0]
            try ranks.sum(&meeting)
            let start = chost_seconds()
            try own.withUnsafeBufferPointer { source in
                try sums.withUnsafeMutableBufferPointer { try ranks.startSum(source, into: $0).wait() }
            }
            times.append(chost_seconds() - start)
        }
        // The first makes connections.
        let sorted = times.dropFirst().sorted()
        let known = (0..<period).map { index in (0..<ranks.size).reduce(0) { $0 + value(rank: $1, index) } }
        let wrong = sums.indices.count { sums[$0] != known[$0 % period] }
        return SumCheck(bytes: 4 * count, wrong: wrong, seconds: sorted[sorted.count / 2])
    }

    /// Values repeat after so many, a prime.
    private static let period = 1021

    /// Whole numbers, so that every order of adding gives the same sum.
    private static func value(rank: Int, _ index: Int) -> Float { Float((rank * 131 + index * 7) % period - 510) }
}
