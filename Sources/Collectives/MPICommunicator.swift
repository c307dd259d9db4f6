import CHost
import CMPI
import Diagnostics
import Foundation

/// The ranks that `mpirun` started.
///
/// One thread owns MPI; callers post operations and sleep. A stall watch names ranks that keep others waiting and ends the
/// job when that goes on for too long.
public final class MPICommunicator: Communicator {
    /// This process, from 0.
    public let rank: Int
    /// Number of ranks.
    public let size: Int
    /// Ranks on this host, and this rank's place among them.
    public let local: (rank: Int, size: Int)
    /// Sums are added in the order that the promise of equal bits needs; other MPI settings may break that.
    public private(set) var addsAsTree = true

    private let thread: MPIThread
    private let activity: Activity
    private let watchdog: Watchdog

    private init(_ place: MPIThread.Place, _ thread: MPIThread, _ activity: Activity, _ limits: StallLimits) {
        rank = place.rank
        size = place.size
        local = (place.localRank, place.localSize)
        self.thread = thread
        self.activity = activity
        watchdog = Watchdog(rank: rank, size: size, limits: limits, activity: activity)
        thread.attach(watchdog)
    }

    /// Joins the world; once per process.
    public static func start(limits: StallLimits = StallLimits()) throws -> MPICommunicator {
        let activity = Activity()
        let thread = MPIThread(limits: limits, activity: activity)
        let communicator = MPICommunicator(try thread.start(), thread, activity, limits)
        communicator.addsAsTree = try communicator.probeTree()
        return communicator
    }

    /// Name and version of the MPI library, known without joining.
    public static var library: String {
        var text = [CChar](repeating: 0, count: 256)
        cmpi_library_version(&text, text.count)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// What MPI allows threads to do: single, funneled, serialized or multiple.
    public var threadLevel: String { String(cString: cmpi_thread_level()) }

    /// Replaces `values` by their sum over ranks.
    public func sum(_ values: inout [Double]) throws { reduce(&values, Int32(CMPI_FLOAT64_SUM)) }

    /// Replaces `values` by their maximum over ranks; NaN counts as infinity.
    public func maximum(_ values: inout [Double]) throws {
        for i in values.indices where values[i].isNaN { values[i] = .infinity }
        reduce(&values, Int32(CMPI_FLOAT64_MAX))
    }

    /// Starts summing `source` over ranks into `destination`.
    public func startSum<Value: Summand>(
        _ source: UnsafeBufferPointer<Value>, into destination: UnsafeMutableBufferPointer<Value>
    ) -> any PendingSum {
        precondition(source.count == destination.count, "\(source.count) values into \(destination.count)")
        precondition(source.count <= Int32.max, "\(source.count) values are more than MPI counts")
        guard let from = source.baseAddress, let to = destination.baseAddress, !source.isEmpty else {
            return CompleteSum()
        }
        let count = Int32(source.count)
        let format = Value.format.code
        let operation = MPIOperation { cmpi_combine(format, from, to, count, &$0) }
        thread.post(operation)
        return PendingMPISum(operation: operation, activity: activity)
    }

    /// Sends rank 0's bytes to all ranks.
    public func broadcast(_ bytes: [UInt8]) throws -> [UInt8] {
        var length = Int64(bytes.count)
        withUnsafeMutableBytes(of: &length) { sendFromFirst($0) }
        var all = rank == 0 ? bytes : [UInt8](repeating: 0, count: Int(length))
        all.withUnsafeMutableBytes { raw in
            for start in stride(from: 0, to: raw.count, by: 1 << 30) {
                sendFromFirst(UnsafeMutableRawBufferPointer(rebasing: raw[start..<min(start + 1 << 30, raw.count)]))
            }
        }
        return all
    }

    /// Collects every rank's bytes on rank 0 in rank order.
    public func gather(_ bytes: [UInt8]) throws -> [[UInt8]]? { collect(bytes) }

    /// Says what this rank is doing.
    public func report(phase: String, step: Int) { activity.report(phase: phase, step: step) }

    /// Prints `error` once for the whole job, and ends the job with its exit code.
    ///
    /// Ranks often fail alike (a missing file); they tell rank 0, which prints the first and ends the job. Only when rank
    /// 0 does not answer does a rank speak for itself.
    public func abort(because error: any Error) -> Never {
        let code = (error as? Problem)?.exit.rawValue ?? ExitCode.internalError.rawValue
        let text = size == 1 ? "\(error)" : "rank \(rank) (\(HostName.own)): \(error)"
        if rank != 0 {
            // The end of the job comes as SIGTERM; a rank that has failed has nothing left to save.
            signal(SIGTERM, SIG_DFL)
            thread.announce(.failure(text: text, code: code))
            // On several hosts the end takes about four seconds to arrive.
            sleep(6)
        }
        MPIEnding.end(code, saying: text)
    }

    /// Ends the whole job at once with `code`.
    public func abort(code: Int32) -> Never { MPIEnding.end(code) }

    /// Waits, asleep, for all ranks, and leaves MPI.
    public func finish() throws {
        perform { cmpi_barrier(&$0) }
        watchdog.stop()
        thread.close()
    }

    /// Runs one operation on the MPI thread and sleeps until it is complete.
    func perform(_ start: @escaping (inout cmpi_request) -> Int32) {
        let operation = MPIOperation(start)
        activity.waiting {
            thread.post(operation)
            operation.wait()
        }
    }

    private func reduce(_ values: inout [Double], _ format: Int32) {
        if values.isEmpty { return }
        var sums = [Double](repeating: 0, count: values.count)
        values.withUnsafeBufferPointer { source in
            sums.withUnsafeMutableBufferPointer { destination in
                let (from, to, count) = (source.baseAddress, destination.baseAddress, Int32(source.count))
                perform { cmpi_combine(format, from, to, count, &$0) }
            }
        }
        values = sums
    }

    private func sendFromFirst(_ bytes: UnsafeMutableRawBufferPointer) {
        perform { cmpi_broadcast(bytes.baseAddress, Int32(bytes.count), &$0) }
    }
}

private struct PendingMPISum: PendingSum {
    let operation: MPIOperation
    let activity: Activity

    func wait() throws { activity.waiting { operation.wait() } }

    var times: SumTimes { operation.times }
}
