/// Exit codes of the program, the same on every rank (after `sysexits.h` where it has a word for it).
public enum ExitCode: Int32, Sendable {
    /// Done, or already finished.
    case done = 0
    /// The command line is wrong.
    case commandLine = 64
    /// Data, a model or a checkpoint is wrong.
    case badData = 65
    /// An input is missing or unreadable.
    case missingInput = 66
    /// Internal error or stall.
    case internalError = 70
    /// The run folder is in use or cannot be made.
    case cannotCreate = 73
    /// The final save failed.
    case inputOutput = 74
    /// Stopped on request after saving; `resume` continues.
    case stopped = 75
    /// Training diverged.
    case diverged = 76
    /// The environment is wrong: MPI, hosts, CPU features, memory.
    case environment = 78
}
