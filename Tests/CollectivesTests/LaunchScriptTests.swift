import Diagnostics
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

    @Test(arguments: ["", "2>&1"]) func aReaderThatLeavesAsksTheRanksToStop(errors: String) throws {
        let path = ProgramRun.root.appending(path: "launch/local.sh").path
        let run = try ProgramRun.start(
            ["bash", "-c", "'\(path)' 2 stop \(errors) | head -1; exit ${PIPESTATUS[0]}"],
            environment: ["SD_BINARY": ProgramRun.check, "SD_BIND": "none"])
        #expect(run.code == 75 && run.lines.count == 1, "\(run)")
    }

    @Test func theRankAndTheSignalOfADeathAreNamed() throws {
        let run = try Self.script("local.sh", "2", "die", "1")
        #expect(
            run.code == 137 && run.errors.contains("launch: rank 1 (\(HostName.own)) was ended by signal 9"), "\(run)")
        // What mpirun says about it in six lines is not repeated.
        #expect(!run.errors.contains("-----") && !run.errors.contains("Primary job"), "\(run)")
    }

    @Test func aHostThatIsLostOnceRanksRanIsNotOneThatCouldNotBeReached() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "mpirun-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // As mpirun does it: a rank is its child, and the connection breaks.
        let mpirun = "#!/bin/bash\n[ -z \"$RUNS\" ] || { \"$SD_BINARY\" deaf & sleep 3; kill -9 $!; }\nexit 255\n"
        try Data(mpirun.utf8).write(to: folder.appending(path: "mpirun"))
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: folder.appending(path: "mpirun").path)
        let path = "\(folder.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")"
        let lost = try Self.script("local.sh", "1", "stop", environment: ["PATH": path, "RUNS": "yes"])
        #expect(lost.code == 205 && lost.errors.contains("a host was lost"), "\(lost)")
        let never = try Self.script("local.sh", "1", "stop", environment: ["PATH": path, "RUNS": ""])
        #expect(never.code == 255 && never.errors.contains("could not be reached"), "\(never)")
    }

    @Test func moreRanksThanAnybodyMeansAreRefused() throws {
        let run = try Self.script("local.sh", "99999", "who")
        #expect(run.code == 64 && run.errors.contains("too many"), "\(run)")
        let cluster = try Self.cluster("localhost slots=99999\n")
        #expect(cluster.code == 65 && cluster.errors.contains("localhost slots=99999: "), "\(cluster)")
    }

    /// Two ranks by a hostfile of this text.
    private static func cluster(_ text: String) throws -> ProgramRun.Outcome {
        let file = FileManager.default.temporaryDirectory.appending(path: "hosts-\(UUID().uuidString)")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try script("cluster.sh", file.path, "who")
    }

    @Test(arguments: [
        "localhost\nlocalhost\n", "localhost slots = 2\n", "root@localhost slots=2\n", "\u{FEFF}localhost slots=2\n",
        "localhost slots=1\n# once more\nlocalhost\n", "localhost slots= 2 max_slots =2 // a comment\n",
        "localhost username=root count=2\n",
    ])
    func hostfilesAreTakenAsMpirunTakesThem(text: String) throws {
        let run = try Self.cluster(text)
        #expect(run.code == 0 && run.lines.count == 2, "\(run)")
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
        ("a slots=many\n", 1), ("\n\na;b slots=1\n", 3), ("a slots=2\na slots = 1\n", 2), ("a\n@b\n-x@a\n", 3),
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
