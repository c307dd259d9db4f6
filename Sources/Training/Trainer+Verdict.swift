import Diagnostics
import Foundation

/// What rank 0 decided after an epoch.
struct Verdict: Codable, Equatable {
    var fitness: Double?
    /// Of the validation, when there was one.
    var metrics: [Double] = []
    var isBest: Bool
    var stops: Bool
    /// Epochs the run shall have.
    var epochs: Int
    /// Seconds of training so far.
    var seconds: Double
}

extension Trainer {
    /// Whether the time limit is reached, by the clock of rank 0; before the validation, which the last epoch always has.
    func agreeOnTime() throws -> Bool {
        guard recipe.time > 0 else { return false }
        let isUp = ranks.rank == 0 && state.progress.seconds >= recipe.time * 3600
        return try ranks.broadcast([isUp ? 1 : 0]) == [1]
    }

    /// Says which ranks made the others wait in the epoch's steps, where there were enough of them to tell.
    func nameSlowRanks() throws {
        guard ranks.size > 1, computing.steps >= 5 else { return }
        let work = SlowRanks.Work(
            host: HostName.own, seconds: computing.seconds / Double(computing.steps * max(localShards, 1)))
        guard let all = try ranks.gather(Array(try JSONEncoder().encode(work))) else { return }
        let decoder = JSONDecoder()
        for line in SlowRanks.lines(try all.map { try decoder.decode(SlowRanks.Work.self, from: Data($0)) }) {
            try journal.note(line)
        }
    }

    /// Rank 0 judges; all ranks learn the verdict.
    func agreeOnVerdict(_ scores: Scores?, isTimeUp: Bool) throws -> Verdict {
        var bytes: [UInt8] = []
        if ranks.rank == 0 {
            let epoch = state.progress.epoch + 1
            let seconds = state.progress.seconds + clock.lap()
            var verdict = Verdict(
                fitness: nil, isBest: false, stops: false, epochs: state.progress.epochs, seconds: seconds)
            if let scores {
                let value = fitness(scores.metrics, weights: recipe.fitnessWeights)
                var stopping = state.progress.stopping
                (verdict.isBest, verdict.stops) = stopping.observe(value, epoch: epoch)
                verdict.fitness = value
                verdict.metrics = scores.metrics
            }
            if recipe.time > 0 {
                verdict.epochs = Progress.epochs(fittingInto: recipe.time, seconds: seconds, finished: epoch)
                if isTimeUp { verdict.stops = true }
            }
            bytes = Array(try JSONEncoder().encode(verdict))
        }
        return try JSONDecoder().decode(Verdict.self, from: Data(try ranks.broadcast(bytes)))
    }
}
