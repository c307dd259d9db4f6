import Foundation
import Tensors
import TestSupport
import Testing

/// Whatever is killed, and whenever: the run that resumes ends with the bits of the run that nobody killed.
@Suite(.serialized) struct KillTests {
    private let run: SceneRun

    // Enough steps that five kills find it running.
    init() throws { run = try SceneRun("epochs=20") }

    /// Kills ranks without a warning once the run has written down so many steps and some more time has gone.
    private func kill(_ victims: [Int], of mpirun: Int32, after steps: Int, of name: String, _ microseconds: UInt32) {
        ProgramRun.wait { run.steps(name) >= steps }
        usleep(microseconds)
        let ranks = ProgramRun.children(of: mpirun)
        for victim in victims where victim < ranks.count { Foundation.kill(ranks[victim], SIGKILL) }
    }

    private func expectSameEnd(_ name: String, as other: String) throws {
        for checkpoint in ["last", "best"] {
            #expect(try run.numbers(name, of: checkpoint) == run.numbers(other, of: checkpoint), "\(checkpoint)")
        }
        #expect(try run.results(name) == run.results(other))
        let left = try FileManager.default.contentsOfDirectory(atPath: run.weights(name).path)
        #expect(left.allSatisfy { $0.hasSuffix(".safetensors") || $0.hasSuffix(".pt") }, "\(left)")
    }

    @Test func killsAtAnyMomentLoseNothing() throws {
        #expect(try run.train("calm", ranks: 1).code == 0)
        var random = RandomStream(2)
        // Rank 0, which writes; another one; all at once. Each time other ranks go on.
        for (victims, ranks) in [([0], 2), ([1], 2), ([0, 1, 2, 3], 4), ([0], 1), ([0, 1], 2)] {
            let steps = run.steps("killed") + Int.random(in: 1...4, using: &random)
            let pause = UInt32.random(in: 0...150_000, using: &random)
            let outcome = try run.train("killed", ranks: ranks, "resume=true") { mpirun, _ in
                kill(victims, of: mpirun, after: steps, of: "killed", pause)
            }
            #expect(outcome.code != 0, "\(outcome)")
        }
        let end = try run.train("killed", ranks: 4, "resume=true")
        #expect(end.code == 0, "\(end)")
        try expectSameEnd("killed", as: "calm")
    }

    @Test func aKillInsideACheckpointWriteLeavesTheOneBefore() throws {
        #expect(try run.train("calm", ranks: 2).code == 0)
        let unfinished = {
            let names = try? FileManager.default.contentsOfDirectory(atPath: run.weights("killed").path)
            return (names ?? []).contains { $0.hasSuffix(".tmp") }
        }
        var isInside = false
        // The writer may be quicker than we are: then another write is tried.
        for _ in 0..<6 where !isInside {
            let outcome = try run.train("killed", ranks: 2, "resume=true") { mpirun, _ in
                let limit = Date().addingTimeInterval(60)
                let before = run.steps("killed")
                ProgramRun.wait { run.steps("killed") > before }
                while !unfinished(), Date() < limit, Foundation.kill(mpirun, 0) == 0 { usleep(100) }
                // All of them, so that no rank has the time to save again.
                for rank in ProgramRun.children(of: mpirun) { Foundation.kill(rank, SIGKILL) }
            }
            #expect(outcome.code != 0, "\(outcome)")
            isInside = unfinished()
        }
        #expect(isInside, "no write was hit")
        let end = try run.train("killed", ranks: 1, "resume=true")
        #expect(end.code == 0, "\(end)")
        try expectSameEnd("killed", as: "calm")
    }
}
