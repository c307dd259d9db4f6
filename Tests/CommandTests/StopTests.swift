import Foundation
import TestSupport
import Testing

/// Stopping on request: the step at hand is saved, and the run goes on from there.
@Suite(.serialized) struct StopTests {
    @Test(arguments: [SIGUSR1, SIGTERM]) func aStoppedRunGoesOnWithTheSameBits(signal: Int32) throws {
        let run = try SceneRun("epochs=4")
        #expect(try run.train("calm", ranks: 2).code == 0)
        let stopped = try run.train("stopped", ranks: 2) { mpirun, _ in
            ProgramRun.wait { run.steps("stopped") >= 5 }
            // What launch/ does: the ranks are asked, not mpirun.
            for rank in ProgramRun.children(of: mpirun) { kill(rank, signal) }
        }
        #expect(stopped.code == 75, "\(stopped)")
        #expect(stopped.output.contains("resume=runs/stopped"), "\(stopped)")
        #expect((5..<12).contains(run.steps("stopped")))
        let end = try run.train("stopped", ranks: 4, "resume=true")
        #expect(end.code == 0, "\(end)")
        #expect(try run.numbers("stopped") == run.numbers("calm"))
        #expect(try run.results("stopped") == run.results("calm"))
    }
}
