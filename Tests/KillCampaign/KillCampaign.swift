import Diagnostics
import Foundation
import TestSupport

/// Kills runs without a warning, at moments drawn from a seed, and resumes them until they are done: they must end as the
/// run that nobody killed, bit for bit.
///
/// `kill-campaign [rounds=5] [ranks=4] [seed=1] [kills=2]`; exit code 1 at the first difference.
@main struct KillCampaign {
    /// Rounds; each is a run of its own.
    private var rounds = 5
    /// At most.
    private var ranks = 4
    /// Of the first round; the next one has the next.
    private var seed = 1
    /// Of one run, at most.
    private var kills = 2

    static func main() {
        do {
            try KillCampaign(Array(CommandLine.arguments.dropFirst())).run()
        } catch {
            FileHandle.standardError.write(Data("kill-campaign: \(error)\n".utf8))
            exit((error as? Problem)?.exit.rawValue ?? ExitCode.internalError.rawValue)
        }
    }

    private init(_ words: [String]) throws {
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let number = Int(parts[1]), number > 0 else { throw Self.misunderstood(word) }
            switch parts[0] {
            case "rounds": rounds = number
            case "ranks": ranks = number
            case "seed": seed = number
            case "kills": kills = number
            default: throw Self.misunderstood(word)
            }
        }
    }

    private static func misunderstood(_ word: String) -> Problem {
        Problem("\(word) is not understood", remedy: "Use rounds=, ranks=, seed= and kills= with a number above 0")
    }

    private func run() throws {
        let scene = try SceneRun("epochs=4", "save_period=1", "plots=false", "teacher=")
        let calm = try KilledRun("calm", of: scene, ranks: ranks, seed: seed)
        try calm.finish()
        let expected = try calm.end
        var killed = 0
        for round in seed..<seed + rounds {
            let run = try KilledRun("round-\(round)", of: scene, ranks: ranks, seed: round)
            do {
                let log = try run.kill(atMost: kills)
                killed += log.count
                try run.finish()
                let difference = try run.end.difference(from: expected)
                say("seed \(round): " + (log + [difference ?? "the same bits"]).joined(separator: "; "))
                if difference != nil { exit(Self.again(round, ranks, kills)) }
                try run.remove()
            } catch {
                say("seed \(round): \(error)")
                exit(Self.again(round, ranks, kills))
            }
        }
        say("\(counted(killed, "kill")) in \(counted(rounds, "run")): each ended with the bits of a run without any")
    }

    /// Says how to repeat a round, and is the exit code.
    private static func again(_ seed: Int, _ ranks: Int, _ kills: Int) -> Int32 {
        say("repeat with: kill-campaign rounds=1 seed=\(seed) ranks=\(ranks) kills=\(kills)")
        return 1
    }

    private static func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
    private func say(_ text: String) { Self.say(text) }
}
