import CHost
import Collectives

/// Seconds of repeated work.
struct BenchTimes {
    private var seconds: [Double] = []

    /// Runs `body` and remembers how long it took.
    mutating func measure<Result>(_ body: () throws -> Result) rethrows -> Result {
        let start = chost_seconds()
        defer { seconds.append(chost_seconds() - start) }
        return try body()
    }

    /// Median without the first, which fills pools and caches.
    var median: Double {
        let sorted = seconds.dropFirst().sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
