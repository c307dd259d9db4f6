import Diagnostics
import Foundation
import TestSupport
import Testing

/// A tiny run in a folder of its own, of which one call on a file fails, and which is then resumed.
struct FaultTrial {
    private let files: FaultyFiles
    private let folder: URL
    private let expected: RunEnd?

    /// Files that hold nothing anybody reads: locks are of the operating system.
    private static let locks = ["run.lock", ".json.lock"]

    /// - Parameters:
    ///   - template: a folder with the run's data.
    ///   - expected: what the run without a fault left; nil where its bits may be others.
    init(_ files: FaultyFiles, template: URL, expected: RunEnd? = nil) throws {
        self.files = files
        self.expected = expected
        folder = template.deletingLastPathComponent().appending(path: "trial-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: template, to: folder)
    }

    /// Removes the folder.
    func remove() throws { try FileManager.default.removeItem(at: folder) }

    /// Words of the run; the same ones resume it.
    static let words = [
        "train", "student=yolov8p", "distillation_dataset=data", "imgsz=64", "batch=1", "epochs=2", "threads=1",
        "workers=1", "nbs=4", "save_period=1", "project=runs", "name=run", "exist_ok=true", "registry=registry",
        "resume=true",
    ]

    /// Runs to the end; tells the calls, and what is left.
    func calm(_ words: [String]) throws -> (calls: [(kind: String, pattern: String)], end: RunEnd, names: Set<String>) {
        let (outcome, calls) = try files.run(Self.words + words, in: folder)
        #expect(outcome.code == 0, "\(outcome)")
        let names = try WholeFiles.paths(in: folder).map(FaultyFiles.pattern)
        #expect(try WholeFiles.faults(in: folder) == [])
        return (calls, try end, Set(names))
    }

    private var end: RunEnd {
        get throws {
            try RunEnd(run: folder.appending(path: "runs/run"), registry: folder.appending(path: "registry"))
        }
    }

    /// Lets a call fail and expects: one message or a warning that names the file, no half file under a final name, and
    /// a resumed run that ends as one without a fault.
    ///
    /// - Parameter names: files that the run without a fault leaves.
    func expectHarmless(_ fault: FileFault, names: Set<String>, words: [String]) throws {
        let (outcome, _) = try files.run(Self.words + words, in: folder, failing: fault)
        let said = "\(fault): code \(outcome.code): \(outcome.errors) \(outcome.output.suffix(1500))"
        if outcome.code == 0 {
            expectSaid(fault, outcome, said)
            let left = Set(try WholeFiles.paths(in: folder).map(FaultyFiles.pattern))
            for name in names.subtracting(left) where !name.hasPrefix("cache/") {
                let own = FileFault(kind: "", pattern: name, code: 0).name
                #expect(outcome.output.contains(own), "\(name) is missing without a word: \(said)")
            }
        } else {
            let code = ExitCode(rawValue: outcome.code)
            #expect(code == .inputOutput || code == .cannotCreate, "\(said)")
            #expect(outcome.complaints.count == 1 && outcome.errors.contains(fault.name), "\(said)")
        }
        try expectWhole(said)
        let again = try files.run(Self.words + words, in: folder)
        #expect(again.outcome.code == 0, "resumed after \(said): \(again.outcome)")
        try expectWhole("resumed after \(said)")
        if let expected, again.outcome.code == 0 { try expectEnd(expected, after: fault, outcome, said) }
    }

    private func expectSaid(_ fault: FileFault, _ outcome: ProgramRun.Outcome, _ said: String) {
        if fault.code == 0 {
            #expect(!outcome.output.contains("cannot be written"), "\(said)")
        } else if !Self.locks.contains(where: fault.pattern.hasSuffix) {
            #expect(outcome.output.contains(fault.name), "said nothing: \(said)")
        }
    }

    private func expectWhole(_ said: String) throws {
        #expect(try WholeFiles.faults(in: folder) == [], "\(said)")
    }

    private func expectEnd(
        _ expected: RunEnd, after fault: FileFault, _ outcome: ProgramRun.Outcome, _ said: String
    ) throws {
        var end = try end
        if outcome.code == 0, fault.isLasting {
            // The run said that it ended without these lines.
            (end.rows, end.lines) = (expected.rows, expected.lines)
        }
        let difference = end.difference(from: expected)
        #expect(difference == nil, "\(difference ?? "") after \(said)")
        let unfinished = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/runs/run/weights")
        #expect(!unfinished.contains { $0.hasSuffix(".tmp") }, "\(unfinished) after \(said)")
    }
}
