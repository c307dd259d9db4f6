import CHost
import CMPI
import Dispatch

/// One MPI operation: what starts it, and who waits for its end.
final class MPIOperation: @unchecked Sendable {  // Touched by the MPI thread until `end`, then by waiters only.
    /// Starts the operation; called once, on the MPI thread.
    let start: (inout cmpi_request) -> Int32
    /// The operation while it is on its way.
    var request = cmpi_request()
    private(set) var times: SumTimes
    private let ended = DispatchSemaphore(value: 0)

    init(_ start: @escaping (inout cmpi_request) -> Int32) {
        self.start = start
        let now = chost_seconds()
        times = SumTimes(started: now, ended: now)
    }

    /// Wakes the waiters.
    func end() {
        times.ended = chost_seconds()
        ended.signal()
    }

    /// Sleeps until the operation has ended.
    func wait() {
        ended.wait()
        // Left open for whoever asks again.
        ended.signal()
    }
}
