import Checkpoints
import Diagnostics
import Foundation
import Testing

@testable import Training

/// The further names of a checkpoint, `best` and `epochN`: none is lost, and none is claimed that is not there.
@Suite struct CheckpointNameTests {
    private func last(_ scratch: ScratchFolder) throws -> Snapshot {
        let loaded = try CheckpointFolder.load("last", in: "\(scratch.path)/train/weights")
        return try Snapshot(loaded.tensors, path: loaded.path)
    }

    private func epoch(_ bench: JournalBench, _ name: String) throws -> Int {
        try Snapshot(bench.folder.checkpoints.load(name).tensors, path: name).progress.epoch
    }

    /// A run of so many epochs that ended without a word.
    private func killed(_ scratch: ScratchFolder, fitness: Double...) throws {
        let run = HandDrivenRun()
        let bench = try JournalBench(scratch) { $0.savePeriod = 2 }
        for (number, value) in fitness.enumerated() {
            try run.epoch(bench.journal, fitness: value, isBest: value == fitness[...number].max())
        }
    }

    @Test func aKillBetweenSavingAndNamingCostsNoKeptCheckpoint() throws {
        let scratch = try ScratchFolder()
        try killed(scratch, fitness: 0.1, 0.2, 0.3)
        let kept = "\(scratch.path)/train/weights/epoch2.safetensors"
        try FileManager.default.removeItem(atPath: kept)
        var bench = try JournalBench(scratch, resumed: last(scratch)) { $0.savePeriod = 2 }
        #expect(try epoch(bench, "epoch2") == 3)
        // One that an earlier history of the run left there is another one.
        try FileManager.default.removeItem(atPath: kept)
        try FileManager.default.copyItem(
            atPath: "\(scratch.path)/train/weights/epoch0.safetensors", toPath: kept)
        bench = try Self.again(bench, scratch, last(scratch))
        #expect(try epoch(bench, "epoch2") == 3)
    }

    /// Resumed once more, after the journal before has let go of the folder.
    private static func again(
        _ bench: consuming JournalBench, _ scratch: ScratchFolder, _ snapshot: Snapshot
    ) throws -> JournalBench {
        _ = consume bench
        return try JournalBench(scratch, resumed: snapshot) { $0.savePeriod = 2 }
    }

    @Test func aKeptCheckpointThatCouldNotBeWrittenIsMadeUpFor() throws {
        let scratch = try ScratchFolder()
        let disk = FlakyFiles()
        let bench = try JournalBench(scratch, operations: disk) { $0.savePeriod = 2 }
        let run = HandDrivenRun()
        disk.refused.withLock { $0 = ["epoch0"] }
        try run.epoch(bench.journal, fitness: 0.4, isBest: true)
        #expect(bench.screen.text.contains("checkpoint 'epoch0' could not be saved"))
        disk.refused.withLock { $0 = [] }
        try run.epoch(bench.journal, fitness: 0.3, isBest: false)
        #expect(try epoch(bench, "epoch0") == 1 && epoch(bench, "last") == 2)
    }

    @Test func theBestIsNotNamedWhereItsFileCouldNotBeWritten() throws {
        let scratch = try ScratchFolder()
        do {
            let disk = FlakyFiles()
            let bench = try JournalBench(scratch, operations: disk)
            // A last save must succeed; this is none.
            let run = HandDrivenRun(epochs: 4)
            try run.epoch(bench.journal, fitness: 0.1, isBest: true)
            disk.refused.withLock { $0 = ["best"] }
            try run.epoch(bench.journal, fitness: 0.5, isBest: true)
            try run.epoch(bench.journal, fitness: 0.3, isBest: false)
            #expect(try epoch(bench, "last") == 3 && epoch(bench, "best") == 1)
        }
        let snapshot = try last(scratch)
        let run = HandDrivenRun()
        try run.state.restore(from: snapshot)
        let bench = try JournalBench(scratch, resumed: snapshot)
        #expect(bench.screen.text.contains("warning: "))
        #expect(bench.screen.text.contains("best.safetensors holds epoch 1"))
        try bench.journal.conclude(.finished, run.state)
        #expect(!bench.screen.text.contains("Best weights: "), "\(bench.screen.text)")
        #expect(bench.screen.text.contains("Last checkpoint: "))
    }

    @Test func aBestOfAnotherRunIsNoticed() throws {
        let scratch = try ScratchFolder(), other = try ScratchFolder()
        try killed(scratch, fitness: 0.1, 0.3, 0.2)
        try killed(other, fitness: 0.1, 0.7, 0.2)
        let file = "train/weights/last.safetensors"
        try FileManager.default.removeItem(atPath: "\(scratch.path)/\(file)")
        try FileManager.default.copyItem(atPath: "\(other.path)/\(file)", toPath: "\(scratch.path)/\(file)")
        let bench = try JournalBench(scratch, resumed: last(scratch))
        #expect(bench.screen.text.contains("best.safetensors and last.safetensors are not of one run"))
    }
}
