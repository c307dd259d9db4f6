import Foundation
import TestSupport
import Testing

/// Whoever waits sleeps.
@Suite(.serialized) struct WaitingTests {
    /// CPU seconds of a process so far.
    private func cpuSeconds(_ process: Int32) -> Double {
        let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        // The name, in brackets, may hold spaces.
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return .nan }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    @Test func aRankThatWaitsForAnotherUsesNoCore() throws {
        let run = try SceneRun("epochs=30", "val=false")
        var share = Double.nan
        let outcome = try run.train("waiting", ranks: 2, "threads=2") { mpirun, _ in
            ProgramRun.wait { run.steps("waiting") >= 3 }
            let ranks = ProgramRun.children(of: mpirun)
            guard ranks.count == 2 else { return }
            kill(ranks[1], SIGSTOP)
            // Until rank 0 has nothing left to do: the prefetcher fills up, the step comes to its sum.
            usleep(1_500_000)
            let before = cpuSeconds(ranks[0])
            usleep(2_000_000)
            share = (cpuSeconds(ranks[0]) - before) / 2
            kill(ranks[1], SIGCONT)
            kill(mpirun, SIGUSR1)
        }
        #expect(outcome.code == 75, "\(outcome)")
        // One spinning thread would use a whole core.
        #expect(share < 0.25, "\(share)")
    }
}
