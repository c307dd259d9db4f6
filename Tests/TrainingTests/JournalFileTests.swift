import Checkpoints
import Configuration
import Diagnostics
import Foundation
import Testing

@testable import Training

@Suite struct JournalFileTests {
    private let header = ResultsTable(terms: fiveTerms.map(\.name), compatibility: .current).header

    private func events(_ scratch: ScratchFolder) throws -> [String] {
        try scratch.lines("train/events.jsonl").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return "\(object?["event"] ?? "") \(object?["epoch"] ?? "") \(object?["step"] ?? "")"
        }
    }

    @Test func twoEpochsFillEveryFile() throws {
        let scratch = try ScratchFolder()
        let run = HandDrivenRun(epochs: 2)
        let bench = try JournalBench(scratch) { $0.savePeriod = 1 }
        try bench.journal.note("loss = box + cls")
        try run.epoch(bench.journal, fitness: 0.4, isBest: true)
        try run.epoch(bench.journal, fitness: 0.3, isBest: false)
        try bench.journal.conclude(.finished, run.state)

        #expect(try scratch.text("train/args.yaml") == "epochs: 3\n")
        let first = "1,12.5,1.23457,2.5,0.75,0.5,0.25,0.12346,0.4,1,2,3,0.1,0.2,0.3,0.5,0.25,0.4,1.5,16,0"
        let second = "2,25,1.23457,2.5,0.75,0.5,0.25,0.12346,0.3,1,2,3,0.1,0.2,0.3,0.5,0.25,0.3,1.5,16,0"
        #expect(try scratch.lines("train/results.csv") == [header, first, second])
        #expect(try events(scratch) == ["step 1 2", "epoch 1 ", "step 2 2", "epoch 2 "])
        let weights = ["best", "epoch0", "epoch1", "last.prev", "last"].map { "\($0).safetensors" }
        #expect(try scratch.names("train/weights") == weights)
        let folder = bench.folder.checkpoints
        #expect(try Snapshot(folder.load("last").tensors, path: "").progress == run.state.progress)
        #expect(try Snapshot(folder.load("best").tensors, path: "").progress.epoch == 1)
        let log = try scratch.text("train/train.log")
        #expect(log.hasPrefix("loss = box + cls\n      Epoch    RSS_mem   box_loss"))
        #expect(log.contains("all 4 21 0.5 0.25\n") && log.contains("2 epochs completed"))
        #expect(log.contains("Best: epoch 1 with fitness 0.40000\nBest weights: \(scratch.path)/train/weights/best"))
    }

    @Test func withoutATerminalAnEpochIsOneLine() throws {
        let scratch = try ScratchFolder()
        let run = HandDrivenRun(epochs: 2)
        let bench = try JournalBench(scratch)
        try run.epoch(bench.journal, fitness: 0.4, isBest: true)
        try run.epoch(bench.journal, fitness: 0.3, isBest: false)
        let lines = bench.screen.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 4 && lines[3] == "")
        #expect(lines[0].hasPrefix("      Epoch    RSS_mem"))
        #expect(lines[1].hasPrefix("        1/2") && lines[1].hasSuffix("  best"))
        #expect(lines[2].hasPrefix("        2/2") && lines[2].hasSuffix("        0.3"))
        #expect(!bench.screen.text.contains("\r"))
    }

    @Test func everyStepIsLoggedWhenAsked() throws {
        let scratch = try ScratchFolder()
        let run = HandDrivenRun()
        let bench = try JournalBench(scratch) { $0.logEvery = .batch }
        try run.epoch(bench.journal, fitness: 0.4, isBest: true)
        #expect(try events(scratch) == ["step 1 1", "step 1 2", "epoch 1 "])
        #expect(bench.screen.text.split(separator: "\n").count == 4)
    }

    @Test func onATerminalTheLineIsRewrittenAndTheTableFollows() throws {
        let scratch = try ScratchFolder()
        let run = HandDrivenRun()
        let bench = try JournalBench(scratch, isTerminal: true)
        try run.epoch(bench.journal, fitness: 0.4, isBest: true)
        let text = bench.screen.text
        #expect(text.components(separatedBy: "\r\u{1B}[K        1/3").count == 4)
        #expect(text.hasPrefix("\n      Epoch"))
        #expect(text.hasSuffix("\nall 4 21 0.5 0.25\nbest so far: fitness 0.4\n"))
    }

    @Test func aResumedRunHasNeitherDoubleNorMissingLines() throws {
        let scratch = try ScratchFolder()
        let whole = try ScratchFolder()
        let undisturbed = HandDrivenRun()
        let reference = try JournalBench(whole) { $0.logEvery = .batch }
        for fitness in [0.1, 0.2, 0.3] { try undisturbed.epoch(reference.journal, fitness: fitness, isBest: true) }

        // Stopped after a step of the second epoch, then killed after more that is not saved.
        do {
            let run = HandDrivenRun()
            let bench = try JournalBench(scratch) { $0.logEvery = .batch }
            try run.epoch(bench.journal, fitness: 0.1, isBest: true)
            run.step()
            try bench.journal.record(run.report(norm: 1), run.state)
            try bench.journal.checkpoints.saveNow(run.state)
            run.step()
            try bench.journal.record(run.report(norm: 5), run.state)
            let files = [("results.csv", "2,lost,row\n3,tor"), ("events.jsonl", "{\"epoch\":2,\"st")]
            for (name, garbage) in files {
                let file = try #require(FileHandle(forWritingAtPath: bench.folder.file(name)))
                try file.seekToEnd()
                try file.write(contentsOf: Data(garbage.utf8))
            }
        }
        let loaded = try CheckpointFolder.load("last", in: "\(scratch.path)/train/weights")
        let snapshot = try Snapshot(loaded.tensors, path: loaded.path)
        let run = HandDrivenRun()
        try run.state.restore(from: snapshot)
        let bench = try JournalBench(scratch, resumed: snapshot) { $0.logEvery = .batch }
        run.step()
        try bench.journal.record(run.report(norm: 2), run.state)
        try bench.journal.finish(run.judge(fitness: 0.2, isBest: true), run.state)
        try run.epoch(bench.journal, fitness: 0.3, isBest: true)
        for file in ["results.csv", "events.jsonl"] {
            #expect(try scratch.text("train/\(file)") == whole.text("train/\(file)"), "\(file)")
        }
    }

    @Test func aRunThatEndedBetweenLastAndBestMakesUpForIt() throws {
        let scratch = try ScratchFolder()
        do {
            let run = HandDrivenRun()
            let bench = try JournalBench(scratch)
            try run.epoch(bench.journal, fitness: 0.1, isBest: true)
            try FileManager.default.removeItem(atPath: "\(scratch.path)/train/weights/best.safetensors")
        }
        let loaded = try CheckpointFolder.load("last", in: "\(scratch.path)/train/weights")
        let bench = try JournalBench(scratch, resumed: Snapshot(loaded.tensors, path: loaded.path))
        #expect(try bench.folder.checkpoints.load("best").tensors.entries == loaded.tensors.entries)
    }

    /// A run of three epochs whose table somebody has spoilt, and what is said when it is resumed.
    private func resumed(
        _ scratch: ScratchFolder, from name: String = "last", spoilt: ([String]) -> [String]
    ) throws -> String {
        do {
            let run = HandDrivenRun()
            let bench = try JournalBench(scratch) { $0.savePeriod = 1 }
            for fitness in [0.1, 0.2, 0.3] { try run.epoch(bench.journal, fitness: fitness, isBest: true) }
        }
        let lines = spoilt(try scratch.lines("train/results.csv"))
        try (lines.joined(separator: "\n") + "\n")
            .write(toFile: "\(scratch.path)/train/results.csv", atomically: false, encoding: .utf8)
        let loaded = try CheckpointFolder.load(name, in: "\(scratch.path)/train/weights")
        return try JournalBench(scratch, resumed: Snapshot(loaded.tensors, path: loaded.path)).screen.text
    }

    @Test func aTableWithoutItsLastRowGetsItBackFromTheCheckpoint() throws {
        let scratch = try ScratchFolder()
        var whole: [String] = []
        let said = try resumed(scratch) { lines in
            whole = lines
            return lines.dropLast()
        }
        #expect(whole.count == 4)
        #expect(try scratch.lines("train/results.csv") == whole)
        #expect(said.contains("results.csv lacked the row of epoch 3"))
    }

    @Test func rowsThatNobodyKnowsAreSaidToBeMissing() throws {
        let scratch = try ScratchFolder()
        let said = try resumed(scratch) { [$0[0], $0[1], $0[3]] }
        #expect(said.contains("warning: ") && said.contains("results.csv lacks the row of epoch 2"))
        #expect(try scratch.lines("train/results.csv").count == 3)
    }

    @Test func aLastRowThatIsNotTheCheckpointsIsNoticed() throws {
        let scratch = try ScratchFolder()
        let said = try resumed(scratch) { lines in lines.dropLast() + [lines[3].replacing("37.5", with: "36.5")] }
        #expect(said.contains("epoch 3 in results.csv is not the one that last.safetensors was saved with"))
    }

    @Test func rowsBeyondAnEarlierCheckpointAreKeptAside() throws {
        let scratch = try ScratchFolder()
        let said = try resumed(scratch, from: "epoch0") { $0 }
        #expect(try scratch.lines("train/results.csv").count == 2)
        #expect(try scratch.lines("train/results.old.csv").count == 4)
        #expect(said.contains("results.csv went on to epoch 3, epoch0.safetensors ends at epoch 1"))
    }

    @Test func otherColumnsBeginANewTable() throws {
        let scratch = try ScratchFolder()
        let run = HandDrivenRun()
        do {
            let bench = try JournalBench(scratch)
            try run.epoch(bench.journal, fitness: 0.1, isBest: true)
            try "epoch,other\n1,2\n".write(toFile: bench.folder.file("results.csv"), atomically: false, encoding: .utf8)
        }
        let loaded = try CheckpointFolder.load("last", in: "\(scratch.path)/train/weights")
        let bench = try JournalBench(scratch, resumed: Snapshot(loaded.tensors, path: loaded.path))
        #expect(try scratch.lines("train/results.csv") == [header])
        #expect(try scratch.lines("train/results.old.csv") == ["epoch,other", "1,2"])
        #expect(bench.screen.text.contains("the columns of results.csv have changed"))
    }

    @Test func startingAnewInAnOldFolderRemovesWhatIsThere() throws {
        let scratch = try ScratchFolder()
        do {
            let bench = try JournalBench(scratch)
            try HandDrivenRun().epoch(bench.journal, fitness: 0.1, isBest: true)
        }
        let bench = try JournalBench(scratch, existOk: true)
        #expect(bench.folder.path == "\(scratch.path)/train")
        #expect(try scratch.names("train/weights") == [])
        #expect(try scratch.lines("train/results.csv") == [header])
        #expect(!FileManager.default.fileExists(atPath: bench.folder.file("events.jsonl")))
    }

    @Test func linesThatDoNotFitOnTheDiskAreWrittenLater() throws {
        let scratch = try ScratchFolder()
        let path = "\(scratch.path)/a.csv"
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/full")
        let file = GrowingFile(path)
        #expect(file.append("1\n")?.contains("No space left on device") == true)
        #expect(file.append("2\n") == nil, "said once")
        #expect(!file.isComplete)
        try FileManager.default.removeItem(atPath: path)
        #expect(file.append("3\n", durably: true) == nil)
        #expect(try scratch.lines("a.csv") == ["1", "2", "3"])
        #expect(file.isComplete)
    }
}
