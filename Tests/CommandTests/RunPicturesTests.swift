import Foundation
import TestSupport
import Testing

/// The pictures of a run, and its numbers in other programs' formats.
@Suite(.serialized) struct RunPicturesTests {
    private static let names = [
        "BoxF1_curve.png", "BoxPR_curve.png", "BoxP_curve.png", "BoxR_curve.png", "confusion_matrix.png",
        "confusion_matrix_normalized.png", "labels.jpg", "results.png", "train_batch0.jpg", "train_batch1.jpg",
        "train_batch2.jpg", "train_batch3.jpg", "train_batch4.jpg", "train_batch5.jpg", "val_batch0_labels.jpg",
        "val_batch0_pred.jpg",
    ]

    private func pictures(_ run: SceneRun, _ name: String) throws -> [String: Data] {
        let files = try FileManager.default.contentsOfDirectory(at: run.place(name), includingPropertiesForKeys: nil)
        return try files.filter { ["png", "jpg"].contains($0.pathExtension) }.reduce(into: [:]) {
            $0[$1.lastPathComponent] = try Data(contentsOf: $1)
        }
    }

    @Test func picturesAreTheSameOnAnyNumberOfRanksAndChangeNothing() throws {
        let run = try SceneRun("epochs=2", "close_mosaic=1")
        #expect(try run.train("one", ranks: 1).code == 0)
        #expect(try run.train("two", ranks: 2).code == 0)
        #expect(try run.train("plain", ranks: 1, "plots=false").code == 0)
        let drawn = try pictures(run, "one")
        #expect(drawn.keys.sorted() == Self.names)
        #expect(try pictures(run, "two") == drawn)
        #expect(try pictures(run, "plain").isEmpty)
        #expect(try run.numbers("plain") == run.numbers("one"))
    }

    @Test func aPictureThatCannotBeWrittenCostsAWarningAndNoOther() throws {
        let run = try SceneRun("epochs=1", "close_mosaic=0")
        let place = run.place("one").appending(path: "confusion_matrix_normalized.png")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let outcome = try run.train("one", ranks: 2)
        #expect(outcome.code == 0, "\(outcome.errors)")
        let warnings = outcome.lines.filter {
            $0.contains("warning: ") && $0.contains("confusion_matrix_normalized.png")
        }
        #expect(warnings.count == 1, "\(outcome.output)")
        let files = try FileManager.default.contentsOfDirectory(atPath: run.place("one").path)
        #expect(
            Set(["confusion_matrix.png", "BoxR_curve.png", "val_batch0_pred.jpg", "results.png"]).isSubset(of: files))
    }

    @Test(.enabled(if: Peer.has("tensorboard"), "needs PEER_PYTHON with tensorboard"))
    func tensorBoardReadsEveryEpoch() throws {
        let run = try SceneRun("epochs=2", "plots=false")
        #expect(try run.train("run", ranks: 1).code == 0)
        let script = """
            import sys
            from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
            events = EventAccumulator(sys.argv[1])
            events.Reload()
            for tag in sorted(events.Tags()["scalars"]):
                print(tag, *[f"{event.step}:{event.value:.6g}" for event in events.Scalars(tag)])
            """
        let read = try ProgramRun.start([Peer.python, "-c", script, run.place("run").path])
        #expect(read.code == 0, "\(read.errors)")
        let table = try run.results("run")
        for (column, name) in table[0].enumerated() where name != "epoch" {
            let values = zip(["1", "2"], table.dropFirst()).map { "\($0):\($1[column])" }
            #expect(read.lines.contains("\(name) \(values.joined(separator: " "))"), "\(name) in \(read.output)")
        }
    }
}
