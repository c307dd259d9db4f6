import Configuration
import Foundation
import TestSupport
import Testing

@testable import Training

@Suite struct ScalarFilesTests {
    private func objects(_ scratch: ScratchFolder) throws -> [[String: Any]] {
        try scratch.lines("train/metrics.jsonl").compactMap {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
    }

    private func eventFiles(_ scratch: ScratchFolder) throws -> [String] {
        try scratch.names("train").filter { $0.hasPrefix("events.out.tfevents.") }
    }

    @Test func everyEpochIsALineUnderTheNamesOfTheTable() throws {
        let scratch = try ScratchFolder()
        let run = HandDrivenRun(epochs: 2)
        let bench = try JournalBench(scratch)
        #expect(try eventFiles(scratch).isEmpty)
        try run.epoch(bench.journal, fitness: 0.4, isBest: true)
        try run.epoch(bench.journal, fitness: 0.3, isBest: false)
        let columns = ResultsTable(terms: fiveTerms.map(\.name), compatibility: .current).columns
        let lines = try objects(scratch)
        #expect(lines.map { $0["epoch"] as? Int } == [1, 2])
        for line in lines { #expect(Set(line.keys) == Set(columns)) }
        #expect(lines[0]["train/box_loss"] as? Double == 1.23457 && lines[0]["fitness"] as? Double == 0.4)
        // One start, one file; its records hold every tag.
        let file = try #require(try eventFiles(scratch).first)
        let bytes = try Data(contentsOf: URL(filePath: "\(scratch.path)/train/\(file)"))
        for tag in columns where !["epoch", "time"].contains(tag) {
            #expect(bytes.range(of: Data(tag.utf8)) != nil, "\(tag)")
        }
        #expect(bytes.range(of: Data("brain.Event:2".utf8)) != nil)
    }

    /// Epochs as TensorBoard shows them, after a start that went on from an earlier one.
    @Test(.enabled(if: Peer.has("tensorboard"), "needs PEER_PYTHON with tensorboard"))
    func tensorBoardForgetsWhatHappensAgain() throws {
        let scratch = try ScratchFolder()
        let folder = try RunFolder(project: scratch.path, name: "train", existOk: false)
        let table = ResultsTable(terms: ["box"], compatibility: .current)
        let first = ScalarFiles(folder, table: table)
        for epoch in 1...3 { _ = first.append(table.columns.map { _ in Double(epoch) }, epoch: epoch) }
        // Files are read in the order of the seconds in their names.
        sleep(1)
        let second = ScalarFiles(folder, table: table)
        try second.resume(at: Position(epoch: 1, step: 1))
        for epoch in 2...4 { _ = second.append(table.columns.map { _ in Double(10 * epoch) }, epoch: epoch) }
        let script = """
            import sys
            from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
            events = EventAccumulator(sys.argv[1])
            events.Reload()
            print(*[f"{event.step}:{event.value:g}" for event in events.Scalars("train/box_loss")])
            """
        let read = try ProgramRun.start([Peer.python, "-c", script, folder.path])
        #expect(read.lines.last == "1:1 2:20 3:30 4:40", "\(read.errors)")
    }

    @Test func whatIsNotKnownIsNull() throws {
        let scratch = try ScratchFolder()
        let folder = try RunFolder(project: scratch.path, name: "train", existOk: false)
        let table = ResultsTable(terms: ["box"], compatibility: .current)
        let files = ScalarFiles(folder, table: table)
        #expect(files.append(table.columns.map { $0 == "epoch" ? 1 : .nan }, epoch: 1).isEmpty)
        let line = try #require(try objects(scratch).first)
        #expect(line["epoch"] as? Int == 1 && line["fitness"] is NSNull)
    }

    @Test func aRunInAFolderOfAnotherBeginsAnewAndAResumedOneForgetsWhatWillHappenAgain() throws {
        let scratch = try ScratchFolder()
        let folder = try RunFolder(project: scratch.path, name: "train", existOk: false)
        let table = ResultsTable(terms: ["box"], compatibility: .current)
        let files = ScalarFiles(folder, table: table)
        for epoch in 1...3 { _ = files.append(table.columns.map { _ in Double(epoch) }, epoch: epoch) }
        try files.resume(at: Position(epoch: 2, step: 1))
        #expect(try objects(scratch).map { $0["epoch"] as? Int } == [1, 2])
        ScalarFiles(folder, table: table).begin(in: folder)
        #expect(try eventFiles(scratch).isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder.file("metrics.jsonl")))
    }
}
