import Foundation
import Tensors
import TestSupport
import Testing

/// The k-th call on every file of a run fails: a sample of them; with FILE_FAULTS=all every one, once and from then on;
/// with FILE_FAULTS=N a sample of N.
@Suite(.serialized, .enabled(if: FaultyFiles.canBuild, "needs a C compiler, `cc`"))
struct FileFaultTests {
    private let folder: Folder
    private let files: FaultyFiles
    private var template: URL { folder.url.appending(path: "template") }
    private let wanted = ProcessInfo.processInfo.environment["FILE_FAULTS"] ?? ""

    init() throws {
        folder = try Folder()
        files = try FaultyFiles()
        let place = folder.url.appending(path: "template")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let drawn = try Program.run("synth", "data", "--train", "4", "--val", "2", "--size", "64", in: place)
        try #require(drawn.code == 0)
    }

    /// A fault for every call, with codes in turn; calls that happen again and again fail once and from then on.
    private func faults(of calls: [(kind: String, pattern: String)]) -> [FileFault] {
        var counts: [String: Int] = [:]
        var faults: [FileFault] = []
        let codes = [ENOSPC, EIO, EDQUOT]
        for call in calls {
            let number = counts["\(call)", default: 0] + 1
            counts["\(call)"] = number
            let code = codes[faults.count % codes.count]
            faults.append(FileFault(kind: call.kind, pattern: call.pattern, number: number, code: code))
            if number == 1 {
                faults.append(FileFault(kind: call.kind, pattern: call.pattern, code: code, isLasting: true))
            }
            if call.kind == "write" {
                faults.append(FileFault(kind: call.kind, pattern: call.pattern, number: number, code: 0))
            }
        }
        return faults
    }

    private func sample(_ faults: [FileFault], _ count: Int) -> ArraySlice<FileFault> {
        var random = RandomStream(12)
        return wanted == "all" ? faults[...] : faults.shuffled(using: &random).prefix(Int(wanted) ?? count)
    }

    private func expectHarmless(_ words: [String], where belongs: (String) -> Bool, sample count: Int) throws {
        let calm = try FaultTrial(files, template: template).calm(words)
        let calls = calm.calls.filter { belongs($0.pattern) }
        try #require(!calls.isEmpty)
        for fault in sample(faults(of: calls), count) {
            let isMeasured = words.contains("convolutions=measured")
            let trial = try FaultTrial(files, template: template, expected: isMeasured ? nil : calm.end)
            try trial.expectHarmless(fault, names: calm.names, words: words)
            try trial.remove()
        }
    }

    @Test func noFailedCallOfARunLosesAnything() throws {
        try expectHarmless(["convolutions=fixed", "plots=false"], where: { _ in true }, sample: 9)
    }

    @Test func aPictureThatCannotBeWrittenIsNamed() throws {
        try expectHarmless(
            ["convolutions=fixed"], where: { $0.contains(".png") || $0.contains(".jpg") }, sample: 1)
    }

    @Test func measuredConvolutionsThatCannotBeKeptAreNamed() throws {
        try expectHarmless(
            ["convolutions=measured", "plots=false"], where: { $0.hasPrefix("cache/") }, sample: 1)
    }
}
