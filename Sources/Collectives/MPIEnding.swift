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
    static func end(_ code: Int32, saying line: String? = nil) -> Never {
        let isFirst = !isEnding.exchange(true, ordering: .sequentiallyConsistent)
        if isFirst, let line { StandardError.line(line) }
        if isFinished.load(ordering: .sequentiallyConsistent) { _exit(code) }
        // MPI_Abort may wait for a daemon that is gone.
        chost_exit_after(3, code)
        if isFirst { cmpi_abort(code) }
        while true { sleep(1000) }
    }
}
