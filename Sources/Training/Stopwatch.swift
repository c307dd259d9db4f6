import Foundation

/// Wall time since the last look.
final class Stopwatch {
    private var lastLap = Stopwatch.now

    private static var now: Double { ProcessInfo.processInfo.systemUptime }

    /// Seconds since the last lap.
    var seconds: Double { Stopwatch.now - lastLap }

    /// Seconds since the last lap; begins a new one.
    func lap() -> Double {
        defer { lastLap = Stopwatch.now }
        return seconds
    }
}

/// Four significant digits.
func format(_ value: Double) -> String { String(format: "%.4g", value) }

/// At least `width` characters.
func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
