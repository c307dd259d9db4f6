import CHost
import Collectives
import Diagnostics
import Foundation

/// What one rank does in a test of the real thing: `mpirun -np N collectives-check WHAT [NUMBER]`.
///
/// `collectives-check local N WHAT` does the same on in-process ranks.
@main struct CollectivesCheck {
    static func main() {
        var arguments = Array(CommandLine.arguments.dropFirst())
        do {
            if arguments.first == "local", arguments.count > 2, let size = Int(arguments[1]) {
                arguments.removeFirst(2)
                let rest = arguments
                _ = try LocalRanks.run(size) { try run($0, rest) }
                return
            }
            try StopSignal.listen()
            let ranks = try Ranks.join()
            do {
                let code = try run(ranks, arguments)
                try ranks.finish()
                exit(code)
            } catch {
                ranks.abort(because: error)
            }
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            exit((error as? Problem)?.exit.rawValue ?? 1)
        }
    }

    /// Runs one check on one rank; returns the exit code.
    static func run(_ ranks: any Communicator, _ arguments: [String]) throws -> Int32 {
        let number = arguments.count > 1 ? Int(arguments[1]) ?? 0 : 0
        switch arguments.first ?? "" {
        case "who": say("rank \(ranks.rank) of \(ranks.size), here \(ranks.local.rank) of \(ranks.local.size)")
        case "cores": say("\(chost_physical_cores()) of \(chost_allowed_cores())")
        case "bits": try Exchange(ranks).bits(shards: number, format: arguments.count > 2 ? arguments[2] : nil)
        case "all": try Exchange(ranks).everything()
        case "sleep": try Trouble(ranks).sleepAndWait(seconds: number)
        case "abort": try Trouble(ranks).abort(by: number)
        case "fail": try Trouble(ranks).fail(by: number)
        case "die": try Trouble(ranks).die(number)
        case "stall": try Trouble(ranks).stall(number)
        case "stop": return try Trouble(ranks).stopOnRequest()
        case "deaf": Trouble(ranks).hearAndGoOn()
        case "cost": try Exchange(ranks).cost(sums: number)
        default: throw Problem("unknown check \(arguments)", exit: .commandLine)
        }
        return 0
    }
}

/// Prints a line at once: a process that is killed loses what waits in a buffer.
func say(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }
