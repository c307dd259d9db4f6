import Diagnostics
import Foundation

/// The way into a run: alone, or as one of the ranks that a launcher started.
public enum Ranks {
    /// Joins the world that this process was started into; without a launcher the process is alone.
    ///
    /// Throws when a launcher announces more ranks than MPI finds: every process would train for itself.
    public static func join(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> any Communicator {
        let limits = try StallLimits.from(environment)
        switch try Launch(environment) {
        case .alone: return SoloCommunicator()
        case .mpi(let announced):
            let communicator = try MPICommunicator.start(limits: limits)
            guard communicator.size >= announced else {
                throw Launch.singletons(announced, found: communicator.size)
            }
            return communicator
        }
    }
}

/// How this process was started, as the environment tells.
enum Launch: Equatable {
    case alone
    /// By a launcher that Open MPI understands and that announces this many ranks.
    case mpi(announced: Int)

    init(_ environment: [String: String]) throws {
        func number(_ name: String) -> Int { environment[name].flatMap { Int($0) } ?? 1 }
        let hasServer = environment["PMIX_NAMESPACE"] != nil || environment["PMIX_RANK"] != nil
        if environment["OMPI_COMM_WORLD_SIZE"] != nil {
            let announced = number("OMPI_COMM_WORLD_SIZE")
            // Without its server MPI would start a world of one. What Slurm announces does not matter here: mpirun may
            // use a part of an allocation.
            guard hasServer || announced <= 1 else { throw Self.singletons(announced, found: 1) }
            self = hasServer ? .mpi(announced: announced) : .alone
            return
        }
        let announced = ["SLURM_STEP_NUM_TASKS", "SLURM_NTASKS", "PMI_SIZE"].map(number).max() ?? 1
        if hasServer {
            self = .mpi(announced: environment["SLURM_STEP_NUM_TASKS"].flatMap { Int($0) } ?? announced)
        } else if announced > 1 {
            throw Self.singletons(announced, found: 1)
        } else {
            self = .alone
        }
    }

    /// The refusal of many worlds of one.
    static func singletons(_ announced: Int, found: Int) -> Problem {
        Problem(
            "\(announced) ranks were announced, but MPI finds \(found): each would train for itself",
            remedy:
                "Start with Open MPI's mpirun (launch/local.sh, launch/cluster.sh, launch/slurm.sbatch), or with srun"
                + " --mpi=pmix; for one process inside a Slurm job unset SLURM_NTASKS",
            exit: .environment)
    }
}
