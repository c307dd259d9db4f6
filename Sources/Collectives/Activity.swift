import CHost

/// What a rank is doing, as other ranks are told.
struct Pulse: Equatable, Sendable {
    var rank: Int
    var host: String
    var phase: String
    var step: Int
    /// It waits for other ranks.
    var isWaiting: Bool
    /// Seconds since it last showed progress: a report, or the begin or end of a wait.
    var quiet: Double
}

/// What this rank is doing; written by the thread that trains, read by the one that sends pulses.
final class Activity: @unchecked Sendable {  // All state is behind `bell`.
    private let bell = Doorbell()
    private var phase = "start"
    private var step = 0
    private var waits = 0
    private var lastProgress = chost_seconds()

    /// Notes what this rank does from now on.
    func report(phase: String, step: Int) {
        bell.withLock {
            self.phase = phase
            self.step = step
            lastProgress = chost_seconds()
        }
    }

    /// Runs `body`, which waits for other ranks.
    func waiting<Result>(_ body: () throws -> Result) rethrows -> Result {
        change(by: 1)
        defer { change(by: -1) }
        return try body()
    }

    /// The state of now.
    func pulse(rank: Int, host: String) -> Pulse {
        bell.withLock {
            Pulse(
                rank: rank, host: host, phase: phase, step: step, isWaiting: waits > 0,
                quiet: chost_seconds() - lastProgress)
        }
    }

    private func change(by change: Int) {
        bell.withLock {
            waits += change
            lastProgress = chost_seconds()
        }
    }
}
