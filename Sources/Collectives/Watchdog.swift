import CHost
import Diagnostics
import Foundation

/// The thread that looks after the pulses: rank 0 watches all ranks, every other rank watches rank 0.
final class Watchdog: @unchecked Sendable {  // All state is behind `bell`.
    private let bell = Doorbell()
    private let rank: Int
    private let activity: Activity
    private let beat: Double
    private var watch: StallWatch
    private var awake = 0.0
    private var isStopped = false

    init(rank: Int, size: Int, limits: StallLimits, activity: Activity) {
        self.rank = rank
        self.activity = activity
        self.beat = limits.beat
        watch = StallWatch(limits: limits, ranks: rank == 0 ? Array(0..<size) : [0], now: 0)
        let thread = Thread { self.run() }
        thread.name = "watchdog"
        thread.start()
    }

    /// Notes a pulse.
    func hear(_ pulse: Pulse) { bell.withLock { watch.hear(pulse, now: awake) } }

    /// Ends the watch.
    func stop() {
        bell.withLock {
            isStopped = true
            bell.ring()
        }
    }

    private func run() {
        while let findings = nextFindings() {
            for finding in findings { tell(finding) }
        }
    }

    private func nextFindings() -> [StallWatch.Finding]? {
        bell.withLock {
            let before = chost_seconds()
            if !isStopped { bell.sleep(atMost: beat) }
            if isStopped { return nil }
            // A process that was itself asleep (SIGSTOP, suspended laptop) has no right to blame others for that time.
            awake += min(chost_seconds() - before, 2 * beat)
            if rank == 0 { watch.hear(activity.pulse(rank: 0, host: HostName.own), now: awake) }
            return watch.findings(now: awake)
        }
    }

    private func tell(_ finding: StallWatch.Finding) {
        // When rank 0 is silent all others see it: rank 1 speaks for them.
        let speaks = rank <= 1
        switch finding {
        case .warning(let text): if speaks { StandardError.line("\(text).") }
        case .over(let text): if speaks { StandardError.line("\(text).") }
        case .ending(let text):
            if !speaks { sleep(2) }
            MPIEnding.end(
                ExitCode.internalError.rawValue, saying: "\(text); ending the job.", isCutOff: rank != 0)
        }
    }
}
