/// Exit codes of the program, the same on every rank (after `sysexits.h` where it has a word for it).
public enum ExitCode: Int32, CaseIterable, Sendable {
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
    /// A file could not be written.
    case inputOutput = 74
    /// Stopped on request after saving; `resume` continues.
    case stopped = 75
    /// Training diverged.
    case diverged = 76
    /// The environment is wrong: MPI, hosts, CPU features, memory.
    case environment = 78

    /// What it tells whoever started the program, in a few words.
    public var meaning: String {
        switch self {
        case .done: "done"
        case .commandLine: "the command line is wrong"
        case .badData: "data, a model or a checkpoint is wrong"
        case .missingInput: "an input is missing"
        case .internalError: "an internal error or a stall"
        case .cannotCreate: "the run folder is in use or cannot be made"
        case .inputOutput: "a file could not be written"
        case .stopped: "stopped and saved; resume=true goes on"
        case .diverged: "training diverged"
        case .environment: "the environment is wrong: MPI, hosts, CPU, memory"
        }
    }
}
