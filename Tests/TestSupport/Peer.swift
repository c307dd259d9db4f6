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
}
