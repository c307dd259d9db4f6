import Checkpoints
import Collectives
import Diagnostics
import Foundation
import Testing

@testable import Training

@Suite struct CheckpointSavingTests {
    private func problem(_ body: () throws -> Void) -> Problem? {
        do { try body() } catch { return error as? Problem }
        return nil
    }

    private func progress(_ bench: JournalBench, _ name: String) throws -> Training.Progress {
        try Snapshot(bench.folder.checkpoints.load(name).tensors, path: name).progress
    }

    @Test func aFailedSaveWarnsAndIsMadeUpFor() throws {
        let scratch = try ScratchFolder()
        let disk = FlakyFiles()
        let bench = try JournalBench(scratch, operations: disk)
        let run = HandDrivenRun()
        disk.isFull.withLock { $0 = true }
        try run.epoch(bench.journal, fitness: 0.4, isBest: true)
        #expect(bench.screen.text.contains("warning: "))
        #expect(bench.screen.text.contains("checkpoint 'last' could not be saved: create failed: No space left"))
        #expect(try scratch.names("train/weights") == [])
        disk.isFull.withLock { $0 = false }
        try run.epoch(bench.journal, fitness: 0.3, isBest: false)
        #expect(try progress(bench, "last").epoch == 2)
        #expect(try progress(bench, "best").epoch == 1, "the best state waited in memory")
    }

    @Test func aFailedFinalSaveIsAProblem() throws {
        let scratch = try ScratchFolder()
        let disk = FlakyFiles()
        let bench = try JournalBench(scratch, operations: disk)
        let run = HandDrivenRun(epochs: 2)
        try run.epoch(bench.journal, fitness: 0.4, isBest: true)
        disk.isFull.withLock { $0 = true }
        #expect(problem { try run.epoch(bench.journal, fitness: 0.5, isBest: true) }?.exit == .inputOutput)
        #expect(problem { try bench.journal.conclude(.finished, run.state) }?.exit == .inputOutput)
        #expect(try progress(bench, "last").epoch == 1, "the one before is intact")
        #expect(try scratch.lines("train/results.csv").count == 3)
    }

    @Test func savingOnRequestKeepsTheStepAndSavesOnce() throws {
        let scratch = try ScratchFolder()
        let bench = try JournalBench(scratch)
        let run = HandDrivenRun()
        run.step()
        try bench.journal.record(run.report(), run.state)
        try bench.journal.checkpoints.saveNow(run.state)
        try bench.journal.conclude(.stoppedOnRequest, run.state)
        #expect(try progress(bench, "last").position == Position(epoch: 0, step: 1))
        #expect(try scratch.names("train/weights") == ["last.safetensors"], "no second save, so none before it")
        #expect(bench.screen.text.contains("Stopped on request after step 1 of epoch 1"))
    }

    @Test func anEmergencySaveComesFromAnotherThreadAndSaysNothing() throws {
        let scratch = try ScratchFolder()
        let bench = try JournalBench(scratch)
        let run = HandDrivenRun()
        run.step()
        try bench.journal.record(run.report(), run.state)
        let before = bench.screen.text
        let (writer, state) = (bench.journal.checkpoints, run.state)
        let done = DispatchSemaphore(value: 0)
        Thread {
            writer.emergencySave(state); done.signal()
        }.start()
        done.wait()
        #expect(try progress(bench, "last") == run.state.progress)
        #expect(bench.screen.text == before)
        run.step()
        try bench.journal.record(run.report(), run.state)
        try bench.journal.finish(run.judge(fitness: 0.1, isBest: true), run.state)
        #expect(try progress(bench, "best").epoch == 1, "training went on")
    }

    @Test func anEmergencySaveWaitsUntilTheStepIsWrittenDown() throws {
        let scratch = try ScratchFolder()
        let bench = try JournalBench(scratch)
        let run = HandDrivenRun()
        run.step()
        let (writer, state) = (bench.journal.checkpoints, run.state)
        let done = DispatchSemaphore(value: 0)
        Thread {
            writer.emergencySave(state); done.signal()
        }.start()
        usleep(20_000)
        #expect(try scratch.names("train/weights") == [])
        try bench.journal.record(run.report(norm: 3), run.state)
        done.wait()
        let saved = try Snapshot(bench.folder.checkpoints.load("last").tensors, path: "last")
        #expect(saved.progress.step == 1 && saved.tally.normSum == 3)
    }

    @Test func allRanksGetWhatTheFirstOneReads() throws {
        let scratch = try ScratchFolder()
        do {
            let bench = try JournalBench(scratch)
            try HandDrivenRun().epoch(bench.journal, fitness: 0.1, isBest: true)
        }
        let run = "\(scratch.path)/train"
        let ranks = try LocalRanks.run(2) { ranks in
            try Snapshot.load(CheckpointPlace(run: run), ranks: ranks).0
        }
        #expect(ranks[0].tensors == ranks[1].tensors && ranks[1].progress.epoch == 1)
        #expect(ranks[0].path == "\(run)/weights/last.safetensors" && ranks[1].path == ranks[0].path)
        #expect(try Snapshot.load(CheckpointPlace(run: run), ranks: SoloCommunicator()).0.tensors == ranks[0].tensors)
    }
}
