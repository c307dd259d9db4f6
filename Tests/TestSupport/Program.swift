import Diagnostics
import Foundation

/// The built program, started as users do.
public enum Program {
    /// The program's file.
    public static let path = ProgramRun.products.appending(path: "swift-distill").path

    /// Runs `swift-distill` to its end, at most for two minutes.
    ///
    /// - Parameters:
    ///   - ranks: how many `mpirun` starts; nil runs the program without it.
    ///   - folder: working directory.
    ///   - shell: commands of a shell that runs before, such as `ulimit`.
    public static func run(
        _ arguments: String..., ranks: Int? = nil, in folder: URL? = nil, shell: String? = nil
    ) throws -> ProgramRun.Outcome {
        try run(arguments, ranks: ranks, in: folder, shell: shell)
    }

    /// As with single arguments.
    public static func run(
        _ arguments: [String], ranks: Int? = nil, in folder: URL? = nil, shell: String? = nil
    ) throws -> ProgramRun.Outcome {
        let command = (shell.map { ["bash", "-c", $0 + "; exec \"$@\"", "bash"] } ?? []) + [path] + arguments
        guard let ranks else { return try ProgramRun.start(command, in: folder) }
        return try ProgramRun.ranks(ranks, command, in: folder)
    }

    /// Runs two ranks of which the second has its own arguments.
    public static func run(_ first: [String], and second: [String], in folder: URL? = nil) throws -> ProgramRun.Outcome
    {
        try ProgramRun.ranks(1, [path] + first + [":", "-np", "1", path] + second, in: folder)
    }
}

/// A temporary folder that goes with its owner.
public final class Folder: Sendable {
    /// The folder.
    public let url: URL

    /// Makes a new one.
    public init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "swift-distill-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}
