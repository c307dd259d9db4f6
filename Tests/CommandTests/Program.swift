import Diagnostics
import Foundation

/// The built program, started as users do.
struct Program {
    /// How a program ended.
    struct Outcome {
        var code: Int32
        var output: String
        var errors: String
    }

    /// Beside this test bundle.
    private static let path = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "swift-distill").path

    /// Runs `swift-distill` to its end, at most for two minutes.
    ///
    /// - Parameters:
    ///   - ranks: how many `mpirun` starts; nil runs the program without it.
    ///   - folder: working directory.
    ///   - shell: commands of a shell that runs before, such as `ulimit`.
    static func run(
        _ arguments: String..., ranks: Int? = nil, in folder: URL? = nil, shell: String? = nil
    ) throws -> Outcome {
        try run(arguments, ranks: ranks, in: folder, shell: shell)
    }

    /// As with single arguments.
    static func run(
        _ arguments: [String], ranks: Int? = nil, in folder: URL? = nil, shell: String? = nil
    ) throws -> Outcome {
        let launcher = ranks.map { ["mpirun"] + flags + ["-np", "\($0)"] } ?? []
        return try start(after(shell) + launcher + [path] + arguments, in: folder)
    }

    /// Runs two ranks of which the second has its own arguments, and its own shell before it.
    static func run(
        _ first: [String], and second: [String], in folder: URL? = nil, secondShell: String? = nil
    ) throws -> Outcome {
        let ranks = ["-np", "1", path] + first + [":", "-np", "1"] + after(secondShell) + [path] + second
        return try start(["mpirun"] + flags + ranks, in: folder)
    }

    private static let flags = ["-q", "--oversubscribe", "--bind-to", "none", "--mca", "btl", "self,vader"]

    private static func after(_ shell: String?) -> [String] {
        shell.map { ["bash", "-c", $0 + "; exec \"$@\"", "bash"] } ?? []
    }

    private static func start(_ command: [String], in folder: URL?) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        // A bare mpirun refuses root, which is what containers run as.
        let root = ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"]
        process.environment = ProcessInfo.processInfo.environment.merging(root) { $1 }
        process.currentDirectoryURL = folder
        return try outcome(of: process, named: command.joined(separator: " "))
    }

    private static func outcome(of process: Process, named name: String) throws -> Outcome {
        let folder = try Folder()
        let files = try ["out", "err"].map { name in
            let file = folder.url.appending(path: name)
            try Data().write(to: file)
            return file
        }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        try process.run()
        let end = Date().addingTimeInterval(120)
        while process.isRunning && Date() < end { usleep(20_000) }
        let texts = files.map { (try? String(contentsOf: $0, encoding: .utf8)) ?? "" }
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            throw Problem("\(name) hangs: \(texts[0]) \(texts[1])", exit: .internalError)
        }
        let code = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
        return Outcome(code: code, output: texts[0], errors: texts[1])
    }
}

/// A temporary folder that goes with its owner.
final class Folder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "swift-distill-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}
