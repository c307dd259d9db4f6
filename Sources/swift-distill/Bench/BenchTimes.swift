import CHost
import Collectives

/// Seconds of repeated work.
struct BenchTimes {
    private var seconds: [Double] = []
    private var cpuSeconds: [Double] = []

    /// Runs `body` and remembers how long it took.
    mutating func measure<Result>(_ body: () throws -> Result) rethrows -> Result {
        let start = chost_seconds(), cpuStart = chost_cpu_seconds()
        defer {
            seconds.append(chost_seconds() - start)
            cpuSeconds.append(chost_cpu_seconds() - cpuStart)
        }
        return try body()
    }

    /// Of the last measurement.
    var last: Double { seconds.last ?? .nan }

    /// Median without the first, which fills pools and caches.
    var median: Double { BenchTimes.median(seconds) }
    /// The same of the CPU time of all threads.
    var cpuMedian: Double { BenchTimes.median(cpuSeconds) }

    private static func median(_ seconds: [Double]) -> Double { middle(Array(seconds.dropFirst())) }

    /// Median of at least one value.
    static func middle(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
