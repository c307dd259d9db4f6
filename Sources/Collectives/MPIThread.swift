import CHost
import CMPI
import Diagnostics
import Foundation

/// The thread that owns MPI: it starts it, makes every call but the abort, and leaves it.
///
/// Operations are started in the order they are posted. While any is on its way the thread tests and sleeps in turns:
/// Open MPI moves data only inside its calls, and its own waiting would take a whole core.
final class MPIThread: @unchecked Sendable {  // `posted`, `failure`, `isClosing` are behind `bell`.
    /// Who this rank is.
    struct Place: Sendable {
        var rank = 0
        var size = 1
        var localRank = 0
        var localSize = 1
    }

    private let bell = Doorbell()
    private var posted: [MPIOperation] = []
    private var failure: Notice?
    private var isClosing = false
    private let limits: StallLimits
    private let activity: Activity
    private var place = Place()
    private var startStatus: Int32 = 0
    private var watchdog: Watchdog?
    private let started = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    init(limits: StallLimits, activity: Activity) {
        self.limits = limits
        self.activity = activity
    }

    /// Joins the world; returns when all ranks have.
    func start() throws -> Place {
        let thread = Thread { self.run() }
        thread.name = "mpi"
        thread.start()
        started.wait()
        guard startStatus == 0 else {
            throw Problem("MPI does not start: \(Self.text(startStatus))", exit: .environment)
        }
        return place
    }

    /// Gives the watch that is told about pulses.
    func attach(_ watchdog: Watchdog) { bell.withLock { self.watchdog = watchdog } }

    /// Starts `operation` after all that were posted before.
    func post(_ operation: MPIOperation) {
        bell.withLock {
            posted.append(operation)
            bell.ring()
        }
    }

    /// Tells rank 0 that this rank has failed.
    func announce(_ failure: Notice) {
        bell.withLock {
            self.failure = failure
            bell.ring()
        }
    }

    /// Leaves MPI; nothing may be posted any more.
    func close() {
        bell.withLock {
            isClosing = true
            bell.ring()
        }
        ended.wait()
    }

    private func run() {
        startStatus = cmpi_start()
        if startStatus == 0 {
            place = Place(
                rank: Int(cmpi_rank()), size: Int(cmpi_size()), localRank: Int(cmpi_local_rank()),
                localSize: Int(cmpi_local_size()))
        }
        started.signal()
        guard startStatus == 0 else { return }
        let notices = NoticeChannel(rank: place.rank, size: place.size, beat: limits.beat)
        serve(notices)
        notices.close()
        _ = cmpi_finish()
        MPIEnding.finished()
        ended.signal()
    }

    private func serve(_ notices: NoticeChannel) {
        var inFlight: [MPIOperation] = []
        var pause = Pause()
        while true {
            let (new, failure, watchdog, closing) = take(pause.seconds(inFlight.isEmpty, isFirst: place.rank == 0))
            if closing { return }
            for operation in new { check(operation.start(&operation.request)) }
            inFlight += new
            let before = inFlight.count
            inFlight.removeAll(where: endIfComplete)
            if !new.isEmpty || inFlight.count < before { pause.reset() }
            if let failure { notices.send(failure) }
            notices.beatIfDue { activity.pulse(rank: place.rank, host: HostName.own) }
            for notice in notices.received() { handle(notice, watchdog) }
        }
    }

    /// What has been posted; sleeps when that is nothing.
    private func take(_ seconds: Double) -> ([MPIOperation], Notice?, Watchdog?, Bool) {
        bell.withLock {
            if posted.isEmpty && failure == nil && !isClosing { bell.sleep(atMost: seconds) }
            defer {
                posted = []
                failure = nil
            }
            return (posted, failure, watchdog, isClosing)
        }
    }

    private func endIfComplete(_ operation: MPIOperation) -> Bool {
        var done: Int32 = 0
        check(cmpi_test(&operation.request, &done))
        if done == 1 { operation.end() }
        return done == 1
    }

    private func handle(_ notice: Notice, _ watchdog: Watchdog?) {
        switch notice {
        case .pulse(let pulse): watchdog?.hear(pulse)
        case .failure(let text, let code): MPIEnding.end(code, saying: text)
        }
    }

    private func check(_ status: Int32) {
        if status == 0 { return }
        MPIEnding.end(
            ExitCode.internalError.rawValue,
            saying: "rank \(place.rank) (\(HostName.own)): MPI failed: \(Self.text(status)).")
    }

    private static func text(_ status: Int32) -> String {
        var text = [CChar](repeating: 0, count: 512)
        cmpi_error_text(status, &text, text.count)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// How long to sleep between two tests: short while data flows, longer the longer nothing ends.
private struct Pause {
    private var next = Self.shortest
    private var slept = 0.0
    private static let shortest = 20e-6

    mutating func reset() { self = Pause() }

    mutating func seconds(_ isIdle: Bool, isFirst: Bool) -> Double {
        // Whoever posts rings the bell; only notices are found by looking, and failures go to rank 0.
        if isIdle { return isFirst ? 0.02 : 0.1 }
        let seconds = next
        slept += seconds
        // After that long it waits for someone's long work, and a core is worth more than a millisecond.
        next = min(next * 2, slept < 0.25 ? 200e-6 : 2e-3)
        return seconds
    }
}
