import Foundation

/// A Python with packages that judge our files; tests that need one are skipped where it lacks them.
public enum Peer {
    /// `PEER_PYTHON`, else `python3`.
    public static let python = ProcessInfo.processInfo.environment["PEER_PYTHON"] ?? "python3"

    /// Whether it can import all of these.
    public static func has(_ packages: String...) -> Bool {
        let command = [
            python, "-c",
            packages.map { "import importlib.util as u; assert u.find_spec('\($0)')" }.joined(separator: "\n"),
        ]
        return (try? ProgramRun.start(command).code) == 0
    }

    /// Runs a script of `Tests` with it; the script can import what lies in `Tests/Peers`.
    public static func run(_ script: String, _ arguments: String..., limit: Double = 120) throws -> ProgramRun.Outcome {
        let modules = ProgramRun.root.appending(path: "Tests/Peers").path
        return try ProgramRun.start([python, script] + arguments, environment: ["PYTHONPATH": modules], limit: limit)
    }
}
