import Foundation
import TestSupport
import Testing

/// Stopping on request: the step at hand is saved, and the run goes on from there.
@Suite(.serialized) struct StopTests {
    @Test func aRunThatTimeEndedGoesOnWhenItGetsMore() throws {
        let run = try SceneRun("epochs=3", "val=false")
        let short = try run.train("timed", ranks: 2, "time=0.000001")
        #expect(short.code == 0, "\(short)")
        // The last epoch is judged, whatever ended the run.
        #expect(try run.results("timed").count == 2)
        #expect(FileManager.default.fileExists(atPath: run.weights("timed").path + "/best.safetensors"))
        let more = try run.train("timed", ranks: 2, "time=0", "resume=true")
        #expect(more.code == 0, "\(more)")
        #expect(try run.results("timed").count == 4)
        // The start was measured by nobody here, and nothing claims that it was.
        let card = run.folder.url.appending(path: "registry/model_registry/distilled/latest/model_card.json")
        #expect(try !String(contentsOf: card, encoding: .utf8).contains("metricsAtStart"))
    }

    @Test func theStartIsRememberedOverAStop() throws {
        let run = try SceneRun("epochs=2")
        let stopped = try run.train("stopped", ranks: 2) { mpirun, _ in
            ProgramRun.wait { run.steps("stopped") >= 1 }
            for rank in ProgramRun.children(of: mpirun) { kill(rank, SIGTERM) }
        }
        #expect(stopped.code == 75, "\(stopped)")
        let left = try FileManager.default.contentsOfDirectory(atPath: run.weights("stopped").path)
        #expect(left.contains("last.pt") && stopped.output.contains("for other programs: "), "\(left)")
        // A teacher may go, too: other terms than before.
        let end = try run.train("stopped", ranks: 2, "resume=true", "teacher=")
        #expect(end.code == 0 && end.output.contains("at the start"), "\(end)")
    }

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
