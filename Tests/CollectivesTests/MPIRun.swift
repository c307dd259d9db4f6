import Diagnostics
import Foundation

/// Programs that tests start: `mpirun` with the ranks of `collectives-check`, launch scripts.
struct MPIRun {
    /// How a program ended.
    struct Outcome {
        var code: Int32
        var output: String
        var errors: String
        var seconds: Double

        var lines: [String] { output.split(separator: "\n").map(String.init) }
        var complaints: [String] { errors.split(separator: "\n").map(String.init) }
    }

    /// Folder of the built programs: the one of this test bundle.
    static let products: URL =
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

    static let check = products.appending(path: "collectives-check").path

    /// The repository.
    static let root: URL = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Starts ranks of `collectives-check`; `during` may send signals to the `mpirun` process.
    static func ranks(
        _ size: Int, _ arguments: String..., environment: [String: String] = [:],
        during: (_ process: Int32, _ output: () -> String) -> Void = { _, _ in }
    ) throws -> Outcome {
        let flags = [
            "-q", "--oversubscribe", "--bind-to", "none", "--mca", "btl", "self,vader", "-np", "\(size)", check,
        ]
        // A bare mpirun refuses root, which is what containers run as.
        var environment = environment
        environment["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
        environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
        return try program(["mpirun"] + flags + arguments, environment: environment, during: during)
    }

    /// Runs a program to its end, at most for a minute.
    static func program(
        _ command: [String], environment: [String: String] = [:], limit: Double = 60,
        during: (_ process: Int32, _ output: () -> String) -> Void = { _, _ in }
    ) throws -> Outcome {
        let folder = FileManager.default.temporaryDirectory.appending(path: "mpirun-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (output, errors) = (folder.appending(path: "out"), folder.appending(path: "err"))
        for file in [output, errors] { try Data().write(to: file) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        let start = Date()
        try withoutBlockedSignals { try process.run() }
        func text(_ file: URL) -> String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }
        during(process.processIdentifier) { text(output) }
        while process.isRunning && Date().timeIntervalSince(start) < limit { usleep(10_000) }
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            throw Problem(
                "\(command.joined(separator: " ")) hangs: \(text(output)) \(text(errors))", exit: .internalError)
        }
        process.waitUntilExit()
        if process.terminationStatus == 127 {
            throw Problem(
                "\(command[0]) cannot be started: \(text(errors))", remedy: "Run launch/setup.sh", exit: .environment)
        }
        let code = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
        return Outcome(
            code: code, output: text(output), errors: text(errors), seconds: Date().timeIntervalSince(start))
    }

    /// Threads of a test runner block signals, and children inherit that: mpirun would not hear any.
    private static func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try body()
    }

    /// Sleeps until `condition` holds, at most for 20 seconds.
    static func wait(until condition: () -> Bool) {
        for _ in 0..<1000 where !condition() { usleep(20_000) }
    }
}
