import Foundation
import TestSupport
import Testing

/// The scripts of `launch/`, with the ranks of `collectives-check` in place of the program.
@Suite(.serialized) struct LaunchScriptTests {
    private static func script(
        _ name: String, _ arguments: String..., environment: [String: String] = [:],
        during: (_ process: Int32, _ output: () -> String) -> Void = { _, _ in }
    ) throws -> ProgramRun.Outcome {
        // Tests of other suites run at the same time: bound ranks would share one core with theirs.
        let environment = ["SD_BINARY": ProgramRun.check, "SD_BIND": "none"].merging(environment) { $1 }
        let path = ProgramRun.root.appending(path: "launch/\(name)").path
        return try ProgramRun.start([path] + arguments, environment: environment, during: during)
    }

    @Test func localRunsAsManyRanksAsAskedAlsoMoreThanCores() throws {
        let run = try Self.script("local.sh", "3", "who")
        #expect(run.code == 0, "\(run)")
        #expect(run.lines.sorted() == (0..<3).map { "rank \($0) of 3, here \($0) of 3" })
    }

    @Test func boundRanksGetTheirShareOfTheCores() throws {
        let run = try Self.script("local.sh", "1", "cores", environment: ["SD_BIND": ""])
        let alone = try ProgramRun.start([ProgramRun.check, "cores"])
        #expect(run.code == 0 && run.output == alone.output, "\(run)")
    }

    @Test func theExitCodeOfTheRanksIsTheExitCodeOfTheScript() throws {
        let run = try Self.script("local.sh", "2", "fail", "1")
        #expect(run.code == 65 && run.complaints.filter { $0.contains("meadow") }.count == 1, "\(run)")
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP]) func theFirstSignalAsksTheRanksToStop(number: Int32) throws {
        let run = try Self.script("local.sh", "2", "stop") { process, output in
            ProgramRun.wait { output().contains("running") }
            kill(process, number)
        }
        #expect(run.code == 75 && run.errors.contains("resume=true"), "\(run)")
    }

    @Test func theSecondSignalEndsThemAtOnce() throws {
        let run = try Self.script("local.sh", "2", "deaf") { process, output in
            ProgramRun.wait { output().contains("running") }
            kill(process, SIGTERM)
            ProgramRun.wait { output().contains("asked by SIGUSR1") }
            kill(process, SIGTERM)
        }
        #expect(run.code == 128 + SIGTERM, "\(run)")
    }

    @Test func wrongUseIsExplained() throws {
        for number in ["", "0", "two", "-1"] {
            let run = try Self.script("local.sh", number)
            #expect(run.code == 64 && run.errors.contains("usage: launch/local.sh N"), "\(run)")
        }
        let run = try Self.script("local.sh", "2", environment: ["SD_BINARY": "/no/such/program"])
        #expect(run.code == 66 && run.errors.contains("launch/build.sh"), "\(run)")
        #expect(try Self.script("cluster.sh").code == 64)
        #expect(try Self.script("cluster.sh", "/no/such/hostfile").code == 66)
    }

    @Test(arguments: [
        ("node1 slots=2\r\n", 1), ("# c\nnode1 slot=2\n", 2), ("a\nb\na slots=1\n", 3), ("a slots=0\n", 1),
        ("a slots=many\n", 1), ("\n\na;b slots=1\n", 3),
    ])
    func mistakesInAHostfileAreNamedByLine(text: String, line: Int) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "hosts-\(UUID().uuidString)")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let run = try Self.script("cluster.sh", file.path)
        #expect(run.code == 65 && run.errors.contains("\(file.path):\(line): "), "\(run)")
    }

    @Test func aClusterOfThisHostRuns() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "hosts-\(UUID().uuidString)")
        // Without a last line end, which mpirun itself does not read.
        try Data("# this host\nlocalhost slots=2  # two".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let run = try Self.script("cluster.sh", file.path, "who")
        #expect(run.code == 0 && run.lines.count == 2, "\(run)")
    }
}
