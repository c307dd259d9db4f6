import Foundation
import TestSupport
import Testing

/// `launch/bench.sh`, with programs that print numbers of their own, and once with the real one.
@Suite(.serialized) struct BenchScriptTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    /// A program that prints a line.
    private func program(_ name: String, _ script: String) throws -> String {
        let file = folder.url.appending(path: name)
        try Data("#!/bin/bash\n\(script)\n".utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        return file.path
    }

    private func run(_ environment: [String: String], _ arguments: String...) throws -> ProgramRun.Outcome {
        try ProgramRun.start(
            [ProgramRun.root.appending(path: "launch/bench.sh").path] + arguments,
            environment: ["SD_BIND": "none"].merging(environment) { $1 })
    }

    /// Prints 100 ms for its first step, of which 60 are the teacher's, then 120, then 110.
    private func own() throws -> String {
        try program(
            "own",
            """
            [ "${OMPI_COMM_WORLD_RANK:-0}" = 0 ] || exit 0
            count=$(cat "\(folder.url.path)/count" 2>/dev/null || echo 0)
            echo $((count + 1)) >"\(folder.url.path)/count"
            times=(100 120 110)
            step=${times[count % 3]}
            echo '{"images_per_second":'$((2000 / step))',"peak_rss_mb":500,"processor":"Abacus","program":"own 1",'\
            '"ranks":'"${OMPI_COMM_WORLD_SIZE:-1}"',"step_ms_per_image":'$step',"teacher_ms_per_image":60}'
            """)
    }

    /// Prints 300 ms for a step, in NHWC 250.
    private func peer() throws -> String {
        try program(
            "peer",
            """
            [ "$1" != -c ] || exit 0
            step=300
            case "$*" in *--channels-last*) step=250 ;; esac
            echo "Overriding model.yaml"
            echo '{"program":"peer 2","student_ms_per_image":100,"teacher_ms_per_image":150,'\
            '"step_ms_per_image":'$step',"peak_rss_mb":1000}'
            """)
    }

    @Test func theTableHasRatiosOfMediansToTheFasterFormat() throws {
        let run = try run([
            "SD_BINARY": try own(), "PEER_PYTHON": try peer(), "SD_ROUNDS": "3", "SD_CASES": "64:2:1",
        ])
        #expect(run.code == 0, "\(run)")
        #expect(run.output.contains("Abacus") && run.output.contains("own 1 against peer 2"))
        #expect(run.lines.contains("| | student step | teacher forward | whole step | peak memory |"))
        // Medians: 110 ms for a step, 60 of them the teacher's; 2000 / 110 = 18 images per second.
        #expect(
            run.lines.last
                == "| 64, batch 2, 1 thread | 2.00 (100 / 50) | 2.50 (150 / 60) | 4.50 (250 / 56) | 2.00 (1000 / 500) |"
        )
    }

    @Test func ranksAreComparedWithOnePeerOfAllTheirThreads() throws {
        let run = try run([
            "SD_BINARY": try own(), "PEER_PYTHON": try peer(), "SD_ROUNDS": "1", "SD_CASES": "64:2:2 64:2:2:2",
        ])
        #expect(run.code == 0, "\(run)")
        // 2000 / 120 = 16 images per second; the memory is that of both ranks.
        #expect(
            run.lines.last
                == "| `mpirun -np 2`, 64, batch 1 per rank, 1 thread each; the peer with 2 threads at batch 2 | | | 4.00 (250 / 62) | 1.00 (1000 / 1000) |"
        )
    }

    @Test func withoutThePeerTheProgramAloneIsMeasured() throws {
        // Whatever Python this machine has.
        _ = try program("python3", "exit 1")
        let path = folder.url.path + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
        let run = try run([
            "PATH": path, "PEER_PYTHON": "", "SD_BINARY": Program.path, "SD_ROUNDS": "1", "SD_STEPS": "1",
            "SD_CASES": "64:2:1 64:2:2:2", "SD_TEACHER": "yolov8n",
        ])
        #expect(run.code == 0, "\(run)")
        #expect(run.errors.contains("pip install") && run.errors.contains("ultralytics=="))
        #expect(run.lines.filter { $0.hasPrefix("| 64, batch 2, 1 thread | ") }.count == 1, "\(run)")
        #expect(run.lines.last?.hasPrefix("| `mpirun -np 2`, 64, batch 1 per rank, 1 thread each | | | ") == true)
    }

    @Test func wrongUseIsExplained() throws {
        let cases: [([String: String], Int32, String)] = [
            (["SD_ROUNDS": "none"], 64, "SD_ROUNDS"), (["SD_CASES": "640x4"], 64, "SIZE:BATCH:THREADS"),
            (["SD_CASES": "64:3:2:2"], 64, "cannot share"), (["SD_BINARY": "/no/such/program"], 66, "launch/build.sh"),
            (["PEER_PYTHON": "/no/such/python"], 78, "cannot import"),
        ]
        let own = try own()
        for (environment, code, message) in cases {
            let run = try run(["SD_BINARY": own].merging(environment) { $1 })
            #expect(run.code == code && run.errors.contains(message), "\(run)")
        }
        #expect(try run(["SD_BINARY": own], "640").code == 64)
    }

    @Test func aMeasurementThatFailsEndsTheScriptWithItsCode() throws {
        let broken = try program("broken", "echo no room >&2; exit 71")
        let run = try run(["SD_BINARY": broken, "PEER_PYTHON": try peer(), "SD_CASES": "64:2:1"])
        #expect(run.code == 71 && run.errors.contains("no room"), "\(run)")
    }
}
