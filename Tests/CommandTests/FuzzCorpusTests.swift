import Foundation
import TestSupport
import Testing

/// The fuzzer's corpora through the entry points that it uses: everything is answered, and good files are accepted.
@Suite struct FuzzCorpusTests {
    private static let fuzz = ProgramRun.products.appending(path: "fuzz").path
    private static let corpus = ProgramRun.root.appending(path: "Tests/FuzzTargets/Corpus")
    private static let targets: [String] = (try? ProgramRun.start([fuzz]).lines) ?? []

    @Test func everyTargetHasACorpus() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.corpus.path)
        #expect(Set(folders) == Set(Self.targets) && !folders.isEmpty)
    }

    @Test(arguments: targets) func everyFileIsAnswered(_ target: String) throws {
        let folder = Self.corpus.appending(path: target)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        let (outcome, use) = try ProgramRun.measured([Self.fuzz, target] + names, in: folder)
        #expect(outcome.code == 0 && outcome.lines.count == names.count, "\(outcome)")
        #expect(use.isWithin(.hostileCeiling), "\(use)")
        for line in outcome.lines where line.hasPrefix("good") {
            #expect(line.hasSuffix(": accepted"), "\(line)")
        }
        #expect(outcome.lines.contains { $0.hasPrefix("good") } || target == "checkpoint")
    }

    @Test func aCheckpointOfTheSmallRunIsAccepted() throws {
        let folder = try Folder()
        let outcome = try ProgramRun.start(
            ["bash", "-c", "\"$0\" checkpoint > good.safetensors && \"$0\" checkpoint good.safetensors", Self.fuzz],
            in: folder.url)
        #expect(outcome.code == 0 && outcome.output == "good.safetensors: accepted\n", "\(outcome)")
    }
}
