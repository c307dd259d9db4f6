import ArgumentParser
import Collectives
import Diagnostics
import Foundation
import Tensors

/// `swift-distill doctor`: looks for what would make a run fail, slow or hard to repeat.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Checks hosts, cores, libraries and sums over ranks.",
        discussion: """
            Start it as the run will be started. Ends with exit code \
            \(Diagnostics.ExitCode.environment.rawValue) when a run would fail or be wrong here; warnings alone are fine.

            EXAMPLES
              swift-distill doctor
              mpirun -np 8 swift-distill doctor
              launch/cluster.sh hostfile doctor --threads 4
            """)

    @Option(help: "Compute threads per rank, as the recipe's `threads`; 0 for those a run would choose.")
    var threads = 0

    func validate() throws {
        guard (0...4096).contains(threads) else { throw ValidationError("--threads is 0 to 4096") }
    }

    func run() throws {
        try Session.run(Self.configuration.commandName) { ranks in
            startMatrixProducts()
            let sums = try SumCheck.run(ranks)
            ranks.report(phase: "doctor", step: 0)
            let own = try HostProbe.facts(threads: threads, sums: sums, ranks: ranks)
            var isWrong: [UInt8] = []
            if let all = try ranks.gather(Array(try JSONEncoder().encode(own))) {
                let facts = try all.map { try JSONDecoder().decode(RankFacts.self, from: Data($0)) }
                let diagnosis = Diagnosis(facts)
                print(
                    DoctorReport(ranks: facts, diagnosis: diagnosis, version: SwiftDistill.configuration.version).text)
                isWrong = [diagnosis.problems.isEmpty ? 0 : 1]
            }
            // All ranks leave with the same exit code.
            return try ranks.broadcast(isWrong) == [1] ? .environment : .done
        }
    }
}
