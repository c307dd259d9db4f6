import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Collectives

/// The real thing: ranks that `mpirun` starts.
@Suite(.serialized) struct MPITests {
    @Test(arguments: [1, 2, 4]) func everyOperationGivesWhatItMust(size: Int) throws {
        let run = try ProgramRun.ranks(size, "all")
        #expect(run.code == 0 && run.output == "all well\n", "\(run)")
    }

    @Test(arguments: SumFormat.allCases) func sumsHaveTheBitsOfInProcessRanksAtAnyNumberOfRanks(
        format: SumFormat
    ) throws {
        let words = ["bits", "8", format.rawValue]
        let expected = try ProgramRun.start([ProgramRun.check, "local", "1"] + words).output
        #expect(expected.hasPrefix("digest "))
        for size in [1, 2, 4, 8] {
            #expect(try ProgramRun.start([ProgramRun.check, "local", "\(size)"] + words).output == expected)
            let run = try ProgramRun.ranks(size, "bits", "8", format.rawValue)
            #expect(run.code == 0 && run.output == expected, "\(size) ranks: \(run)")
        }
    }

    @Test func anOrderOfAdditionsThatBreaksThePromiseIsTold() throws {
        let ring = ["OMPI_MCA_coll_libnbc_iallreduce_algorithm": "1"]
        let run = try ProgramRun.ranks(4, "who", environment: ring)
        #expect(run.code == 0 && run.errors.contains("does not add ranks as a balanced tree"), "\(run)")
        #expect(try ProgramRun.ranks(4, "who").errors.isEmpty)
    }

    @Test func ranksHoldTheSameBitsWhereTheirNumberIsNoPowerOfTwo() throws {
        for format in SumFormat.allCases {
            let run = try ProgramRun.ranks(3, "bits", "6", format.rawValue)
            #expect(run.code == 0 && run.output.hasPrefix("digest "), "\(run)")
        }
    }

    @Test func waitingRanksSleep() throws {
        let run = try ProgramRun.ranks(3, "sleep", "2")
        let shares = run.lines.compactMap { Double($0.split(separator: " ")[3]) }
        // A rank that spins uses a whole core, or its share of two.
        #expect(run.code == 0 && shares.count == 3 && shares.allSatisfy { $0 < 0.25 }, "\(run)")
    }

    @Test func theCodeOfAnAbortIsTheCodeOfTheJob() throws {
        let run = try ProgramRun.ranks(2, "abort", "1")
        #expect(run.code == 42 && run.errors.isEmpty, "\(run)")
    }

    @Test(arguments: [2, -1]) func aProblemIsPrintedOnceAndEndsTheJobWithItsCode(rank: Int) throws {
        let run = try ProgramRun.ranks(3, "fail", "\(rank)")
        #expect(run.code == ExitCode.badData.rawValue, "\(run)")
        #expect(run.complaints.count == 1 && run.errors.contains("data.yaml:3: the meadow is missing. Plant one."))
        if rank >= 0 { #expect(run.errors.contains("rank \(rank) (\(HostName.own))"), "\(run)") }
    }

    @Test func aRankThatDiesEndsTheJob() throws {
        let run = try ProgramRun.ranks(2, "die", "1")
        #expect(run.code == 137, "\(run)")
    }

    @Test(arguments: [0, 1]) func aSilentRankIsNamedAndEndsTheJob(rank: Int) throws {
        let limits = ["SD_STALL_WARN": "1", "SD_STALL_ABORT": "2"]
        let run = try ProgramRun.ranks(3, "stall", "\(rank)", environment: limits)
        #expect(run.code == ExitCode.internalError.rawValue, "\(run)")
        #expect(run.errors.contains("from rank \(rank) (\(HostName.own))") && run.errors.contains("(meadow, step 17)"))
        #expect(run.errors.contains("ending the job"), "\(run)")
    }

    @Test func workIsNoSilenceHoweverLongItTakes() throws {
        let limits = ["SD_SILENCE_WARN": "1.8", "SD_SILENCE_ABORT": "1.9"]
        let run = try ProgramRun.ranks(3, "stall", "102", environment: limits)
        #expect(run.code == 0 && run.errors.isEmpty, "\(run)")
    }

    @Test func aSlowRankIsNamedAndGoesOn() throws {
        let limits = ["SD_STALL_WARN": "1", "SD_STALL_ABORT": "30"]
        let run = try ProgramRun.ranks(3, "stall", "102", environment: limits)
        #expect(run.code == 0, "\(run)")
        let expected = ["no progress from rank 2 (\(HostName.own))", "rank 2 (\(HostName.own)) goes on."]
        #expect(run.complaints.count == 2 && zip(run.complaints, expected).allSatisfy { $0.contains($1) }, "\(run)")
    }

    @Test func aRequestToMpirunStopsAllRanksAtTheSameStep() throws {
        let run = try ProgramRun.ranks(3, "stop") { process, output in
            ProgramRun.wait { output().contains("running") }
            kill(process, SIGUSR1)
        }
        #expect(run.code == ExitCode.stopped.rawValue, "\(run)")
        #expect(run.lines.filter { $0.contains(" stops for ") }.count == 3, "\(run)")
    }

    @Test func terminationReachesTheEmergencySave() throws {
        let run = try ProgramRun.start([ProgramRun.check, "stop"]) { process, output in
            ProgramRun.wait { output().contains("running") }
            kill(process, SIGTERM)
        }
        #expect(run.code == ExitCode.stopped.rawValue && run.output.contains("saved in an emergency"), "\(run)")
    }

    @Test(arguments: ["SLURM_NTASKS", "PMI_SIZE", "OMPI_COMM_WORLD_SIZE"])
    func manyWorldsOfOneAreRefused(variable: String) throws {
        let run = try ProgramRun.start([ProgramRun.check, "who"], environment: [variable: "4"])
        #expect(run.code == ExitCode.environment.rawValue && run.errors.contains("4 ranks were announced"), "\(run)")
    }
}
