import Diagnostics
import Testing

@testable import Collectives

@Suite struct LaunchTests {
    @Test func withoutLauncherAProcessIsAlone() throws {
        #expect(try Launch([:]) == .alone)
        #expect(try Launch(["SLURM_NTASKS": "1", "PMI_SIZE": "nonsense"]) == .alone)
        #expect(try Ranks.join(environment: [:]) is SoloCommunicator)
    }

    @Test func mpirunIsJoinedWhateverTheAllocationHolds() throws {
        let environment = ["OMPI_COMM_WORLD_SIZE": "2", "PMIX_NAMESPACE": "1", "SLURM_NTASKS": "8"]
        #expect(try Launch(environment) == .mpi(announced: 2))
    }

    @Test func srunWithPMIxIsJoinedAndItsTasksAreExpected() throws {
        #expect(try Launch(["PMIX_RANK": "0", "SLURM_STEP_NUM_TASKS": "4"]) == .mpi(announced: 4))
    }

    @Test(arguments: ["SLURM_NTASKS", "SLURM_STEP_NUM_TASKS", "PMI_SIZE", "OMPI_COMM_WORLD_SIZE"])
    func ranksThatMPICannotSeeAreRefused(variable: String) {
        let problem = #expect(throws: Problem.self) { try Launch([variable: "3"]) }
        #expect(problem?.exit == .environment && problem?.remedy?.contains("mpirun") == true)
    }

    @Test func stallLimitsComeFromTheEnvironment() throws {
        #expect(try StallLimits.from([:]) == StallLimits())
        let limits = try StallLimits.from(["SD_STALL_WARN": "2", "SD_STALL_ABORT": "7.5"])
        #expect(limits == StallLimits(warn: 2, abort: 7.5))
        #expect(limits.silenceWarn == 2 && limits.silenceAbort == 7.5)
        let silence = try StallLimits.from(["SD_SILENCE_WARN": "1", "SD_SILENCE_ABORT": "3"])
        #expect(silence == StallLimits(silenceWarn: 1, silenceAbort: 3))
        for wrong in ["soon", "-1", "0", "nan", "inf"] {
            #expect(throws: Problem.self) { try StallLimits.from(["SD_STALL_ABORT": wrong]) }
        }
    }
}
