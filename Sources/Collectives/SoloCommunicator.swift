import CHost
import Diagnostics
import Foundation

/// The only rank of a run that was started without `mpirun`; never calls MPI.
public final class SoloCommunicator: Communicator {
    /// Always 0.
    public let rank = 0
    /// Always 1.
    public let size = 1
    /// Always the only one.
    public let local = (rank: 0, size: 1)

    /// A world of one.
    public init() {}

    /// Leaves `values` as they are.
    public func sum(_ values: inout [Double]) {}

    /// Leaves `values` as they are, except that NaN becomes infinity as everywhere.
    public func maximum(_ values: inout [Double]) { values = values.map { $0.isNaN ? .infinity : $0 } }

    /// Copies at once.
    public func startSum<Value: Summand>(
        _ source: UnsafeBufferPointer<Value>, into destination: UnsafeMutableBufferPointer<Value>
    ) -> any PendingSum {
        precondition(source.count == destination.count, "\(source.count) values into \(destination.count)")
        // Whole memory: through collections every value would be moved by a call of its own.
        if let target = destination.baseAddress, let values = source.baseAddress {
            target.update(from: values, count: source.count)
        }
        return CompleteSum()
    }

    /// Returns `bytes`.
    public func broadcast(_ bytes: [UInt8]) -> [UInt8] { bytes }

    /// Returns `bytes` alone.
    public func gather(_ bytes: [UInt8]) -> [[UInt8]]? { [bytes] }

    /// Nobody waits for a single rank.
    public func report(phase: String, step: Int) {}

    /// Prints `error` and leaves with its exit code.
    public func abort(because error: any Error) -> Never {
        StandardError.line("\(error)")
        abort(code: (error as? Problem)?.exit.rawValue ?? ExitCode.internalError.rawValue)
    }

    /// Leaves without running exit handlers, which could wait for other threads.
    public func abort(code: Int32) -> Never { _exit(code) }

    /// Nothing to leave.
    public func finish() {}
}

/// A sum that was complete when it was started.
struct CompleteSum: PendingSum {
    let times: SumTimes

    init() {
        let now = chost_seconds()
        times = SumTimes(started: now, ended: now)
    }

    func wait() {}
}
