import CHost
import CMPI
import Foundation
import Synchronization

/// The ways out of an MPI job.
enum MPIEnding {
    private static let isEnding = Atomic<Bool>(false)
    private static let isFinished = Atomic<Bool>(false)

    /// MPI has been left in good order; from now on a process ends alone.
    static func finished() { isFinished.store(true, ordering: .sequentiallyConsistent) }

    /// Ends the whole job with `code`, from any thread, after printing `line`; when several come, the first speaks.
    ///
    /// - Parameter isCutOff: whether rank 0 cannot be heard here, and so perhaps the rest of the job cannot.
    static func end(_ code: Int32, saying line: String? = nil, isCutOff: Bool = false) -> Never {
        let isFirst = !isEnding.exchange(true, ordering: .sequentiallyConsistent)
        if isFirst, let line { StandardError.line(line) }
        if isFinished.load(ordering: .sequentiallyConsistent) { _exit(code) }
        // MPI_Abort may wait for a daemon that is gone.
        chost_exit_after(3, code)
        if isFirst && isCutOff { endDaemonSoon() }
        if isFirst { cmpi_abort(code) }
        while true { sleep(1000) }
    }

    /// The daemon of a host that is cut off would wait for its connection to time out, a quarter of an hour after the ranks
    /// have gone. Where mpirun can be reached, all have ended before this comes to it.
    private static func endDaemonSoon() {
        let parent = getppid()
        let name = try? String(contentsOfFile: "/proc/\(parent)/comm", encoding: .utf8)
        if name == "orted\n" { chost_end_process_later(parent, 5) }
    }
}
