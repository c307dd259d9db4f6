import Diagnostics
import Foundation

/// Programs that tests start as users do: alone, under `mpirun`, through launch scripts.
public enum ProgramRun {
    /// How a program ended.
    public struct Outcome: Sendable {
        /// Exit code; 128 + the signal's number when a signal ended it.
        public var code: Int32
        /// All of standard output; for ranks, of all of them.
        public var output: String
        /// All of standard error.
        public var errors: String
        /// Wall time from start to end.
        public var seconds: Double

        /// Of standard output, without empty ones.
        public var lines: [String] { output.split(separator: "\n").map(String.init) }
        /// Lines of standard error, without empty ones.
        public var complaints: [String] { errors.split(separator: "\n").map(String.init) }
    }

    /// Folder of the built programs: the one of this test bundle.
    public static let products: URL =
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

    /// Where programs of all tests keep what they measured: not in the home of whoever runs the tests.
    static let caches = FileManager.default.temporaryDirectory.appending(path: "swift-distill-test-caches").path

    /// The repository.
    public static let root: URL = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Starts ranks on this machine.
    ///
    /// - Parameter during: see `start`; the process is `mpirun`, whose children are the ranks.
    public static func ranks(
        _ size: Int, _ command: [String], environment: [String: String] = [:], in folder: URL? = nil,
        limit: Double = 120, during: (_ process: Int32, _ output: () -> String) throws -> Void = { _, _ in }
    ) throws -> Outcome {
        let flags = ["-q", "--oversubscribe", "--bind-to", "none", "--mca", "btl", "self,vader", "-np", "\(size)"]
        // A bare mpirun refuses root, which is what containers run as.
        let root = ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"]
        return try start(
            ["mpirun"] + flags + command, environment: environment.merging(root) { $1 }, in: folder, limit: limit,
            during: during)
    }

    /// Runs a program to its end, at most for `limit` seconds.
    ///
    /// - Parameter during: called once it runs; may send signals to the process and look at the output so far.
    public static func start(
        _ command: [String], environment: [String: String] = [:], in folder: URL? = nil, limit: Double = 120,
        during: (_ process: Int32, _ output: () -> String) throws -> Void = { _, _ in }
    ) throws -> Outcome {
        let texts = FileManager.default.temporaryDirectory.appending(path: "program-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: texts, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: texts) }
        let (output, errors) = (texts.appending(path: "out"), texts.appending(path: "err"))
        for file in [output, errors] { try Data().write(to: file) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.environment = ProcessInfo.processInfo.environment.merging(["XDG_CACHE_HOME": caches]) { $1 }
            .merging(environment) { $1 }
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        let start = Date()
        try withoutBlockedSignals { try process.run() }
        func text(_ file: URL) -> String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }
        try during(process.processIdentifier) { text(output) }
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

    /// Processes that a process has started; of `mpirun` these are the ranks in their order.
    public static func children(of process: Int32) -> [Int32] {
        let list = try? String(contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)
        return (list ?? "").split(separator: " ").compactMap { Int32($0) }
    }

    /// Sleeps until `condition` holds, at most for 20 seconds.
    public static func wait(until condition: () -> Bool) {
        for _ in 0..<1000 where !condition() { usleep(20_000) }
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
}
