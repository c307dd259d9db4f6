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
    /// Rank 0 judges; all ranks learn the verdict.
    func agreeOnVerdict(_ scores: Scores?) throws -> Verdict {
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
                // As the reference: the number of epochs follows from their mean length.
                let fitting = Int((recipe.time * 3600 / (seconds / Double(epoch))).rounded(.up))
                verdict.epochs = max(min(fitting, 1_000_000), epoch)
                if seconds >= recipe.time * 3600 { verdict.stops = true }
            }
            bytes = Array(try JSONEncoder().encode(verdict))
        }
        return try JSONDecoder().decode(Verdict.self, from: Data(try ranks.broadcast(bytes)))
    }
}
