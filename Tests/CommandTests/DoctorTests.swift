import Foundation
import TestSupport
import Testing

/// `swift-distill doctor`, alone and under `mpirun`.
@Suite(.serialized) struct DoctorTests {
    private func lines(_ output: String, starting start: String) -> [String] {
        output.split(separator: "\n").map(String.init).filter { $0.hasPrefix(start) }
    }

    @Test func doctorAloneDescribesItsHost() throws {
        let result = try Program.run("doctor")
        #expect(result.code == 0, "\(result.output) \(result.errors)")
        #expect(lines(result.output, starting: "0 ").count == 1)
        #expect(result.output.contains("not used: alone"))
        for word in ["BLAS kernel", "processor", "limits", "cores allowed", "memory left", "disk left"] {
            #expect(result.output.contains(word))
        }
        let libraries = try #require(lines(result.output, starting: "libraries").first)
        #expect(libraries.contains("libopenblas") && libraries.contains("libmpi"))
    }

    @Test func doctorOfTwoRanksChecksAndTimesTheirSums() throws {
        let result = try Program.run("doctor", ranks: 2)
        #expect(result.code == 0, "\(result.output) \(result.errors)")
        #expect(lines(result.output, starting: "0 ").count == 1)
        #expect(lines(result.output, starting: "1 ").count == 1)
        for size in ["4 B", "64 KiB", "1.0 MiB", "12.2 MiB"] {
            let line = try #require(lines(result.output, starting: size).first)
            #expect(line.hasSuffix("right") && line.contains(" ms "))
        }
        #expect(result.output.contains("Open MPI v"))
        #expect(result.output.contains("thread level"))
        #expect(result.output.contains("balanced tree"))
    }

    @Test func moreThreadsThanCoresAreAWarningWithARemedy() throws {
        let result = try Program.run("doctor", "--threads", "4096")
        #expect(result.code == 0)
        let warning = try #require(lines(result.output, starting: "warning: rank 0 has 4096 threads").first)
        #expect(warning.contains("--bind-to none"))
    }

    @Test func aFileLimitThatNoCheckpointFitsInIsAProblem() throws {
        let result = try Program.run("doctor", shell: "ulimit -f 1024")
        #expect(result.code == 78)
        #expect(result.output.contains("problem: rank 0 may write files of"))
        #expect(result.output.contains("ulimit -f unlimited"))
    }
}
