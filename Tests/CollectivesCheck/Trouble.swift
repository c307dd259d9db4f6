import CHost
import Collectives
import Diagnostics
import Foundation

/// What goes wrong in real life.
struct Trouble {
    private let ranks: any Communicator

    init(_ ranks: any Communicator) { self.ranks = ranks }

    /// Rank 0 sleeps while the others wait for it; each prints the share of a core it used.
    func sleepAndWait(seconds: Int) throws {
        try meet()
        let (cpu, start) = (chost_cpu_seconds(), chost_seconds())
        if ranks.rank == 0 { sleep(UInt32(seconds)) }
        try meet()
        say("rank \(ranks.rank) used \((chost_cpu_seconds() - cpu) / (chost_seconds() - start)) of a core")
    }

    /// One rank aborts with 42 while the others wait.
    func abort(by rank: Int) throws {
        try meet()
        if ranks.rank == rank { ranks.abort(code: 42) }
        try meet()
    }

    /// One rank fails with a problem while the others wait; with a negative number all fail alike.
    func fail(by rank: Int) throws {
        try meet()
        if rank < 0 || ranks.rank == rank {
            throw Problem("the meadow is missing", file: "data.yaml", line: 3, remedy: "Plant one")
        }
        try meet()
    }

    /// One rank is killed.
    func die(_ rank: Int) throws {
        try meet()
        if ranks.rank == rank { kill(getpid(), SIGKILL) }
        try meet()
    }

    /// One rank is stopped; with 100 + rank its thread sleeps instead, for 2 seconds, and goes on.
    func stall(_ number: Int) throws {
        ranks.report(phase: "meadow", step: 17)
        try meet()
        if ranks.rank == number { kill(getpid(), SIGSTOP) }
        if ranks.rank + 100 == number { sleep(2) }
        try meet()
        ranks.report(phase: "field", step: 18)
        // Long enough for the watch to see that all go on.
        for _ in 0..<15 {
            usleep(100_000)
            try meet()
        }
    }

    /// Steps until any rank is asked to stop; SIGTERM is answered by rank 0 from the signal's own thread.
    func stopOnRequest() throws -> Int32 {
        if ranks.rank == 0 { StopSignal.onTermination { say("saved in an emergency") } }
        for step in 0..<3000 {
            ranks.report(phase: "step", step: step)
            var stop = [StopSignal.received == nil ? 0.0 : 1.0]
            try ranks.maximum(&stop)
            if step % 100 == 0 { say("running") }
            if stop[0] > 0 {
                say("rank \(ranks.rank) stops for \(StopSignal.received ?? "another rank")")
                // Time for the signal's thread, which an orderly end does not wait for.
                usleep(200_000)
                return ExitCode.stopped.rawValue
            }
            usleep(10_000)
        }
        return 0
    }

    /// Notes a request to stop, and does not stop.
    func hearAndGoOn() {
        say("running")
        for _ in 0..<3000 where StopSignal.received == nil { usleep(10_000) }
        say("asked by \(StopSignal.received ?? "nobody")")
        for _ in 0..<30 { sleep(1) }
    }

    private func meet() throws {
        var one = [1.0]
        try ranks.sum(&one)
        if one != [Double(ranks.size)] { throw Problem("wrong sum \(one)", exit: .internalError) }
    }
}
