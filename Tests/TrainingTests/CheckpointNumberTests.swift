import Checkpoints
import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Training

/// Checkpoints under digests that fit, with a number that cannot be: refused by the name of the number, never computed with.
@Suite struct CheckpointNumberTests {
    private func saved() throws -> SafeTensors {
        let run = HandDrivenRun()
        run.step()
        return try Snapshot(of: run.state, facts: facts()).tensors
    }

    private func refusal(of place: String, _ value: some Sendable) throws -> Problem? {
        let file = try SafeTensors(bytes: saved().edited(place, value).serialized())
        try file.checkSeal(path: "last")
        do { _ = try Snapshot(file, path: "last") } catch { return error as? Problem }
        return nil
    }

    private static let counts = [
        "progress.epoch", "progress.epochs", "progress.step", "progress.stepsPerEpoch", "progress.gathered",
        "progress.lastUpdate", "progress.skipped", "progress.skippedInARow", "progress.termSteps",
        "progress.stopping.patience", "progress.stopping.bestEpoch", "tally.soundSteps", "tally.skippedSteps",
        "tally.images", "optimizer_steps", "ema_updates", "steps_tracked", "shards",
    ]

    @Test(arguments: counts, [Int.max, 1 << 62, (1 << 40) + 1, -2, -1 << 62])
    func aCountBeyondAllRunsIsRefusedByItsName(place: String, value: Int) throws {
        let found = try refusal(of: place, value)
        #expect(found?.exit == .badData && found?.file == "last" && found?.remedy != nil, "\(place)")
        let name = place.split(separator: ".").last ?? ""
        #expect(found?.description.contains(name) == true, "\(found?.description ?? "accepted")")
    }

    @Test(arguments: [
        ("progress.seconds", -5), ("progress.seconds", 1e300), ("progress.stopping.bestFitness", 1e308),
        ("progress.stopping.bestFitness", -0.1), ("progress.gradientNorm", -1), ("tally.seconds", -1),
        ("tally.normSum", -1),
    ])
    func aNumberThatNothingMeasuresIsRefusedByItsName(place: String, value: Double) throws {
        let found = try refusal(of: place, value)
        let name = place.split(separator: ".").last ?? ""
        #expect(found?.exit == .badData && found?.description.contains(name) == true, "\(place)")
    }

    @Test(arguments: [
        ("progress.startMetrics", [0.5, 0.5, 0.5]), ("progress.startMetrics", [0.5, 0.5, 0.5, 2]),
        ("progress.bestMetrics", [0.5]), ("progress.bestMetrics", [0.5, -1, 0.5, 0.5]),
    ])
    func metricsAreFourPartsOfOneOrNone(place: String, value: [Double]) throws {
        let found = try refusal(of: place, value)
        #expect(found?.exit == .badData && found?.description.contains("Metrics") == true, "\(place)")
    }

    @Test func aStepLiesInItsEpochAndTheBestEpochIsNoneToCome() throws {
        var file = try saved().edited("progress.stepsPerEpoch", 4)
        for (step, isFine) in [(4, true), (5, false)] {
            let edited = try file.edited("progress.step", step)
            #expect(((try? Snapshot(edited, path: "last")) != nil) == isFine)
        }
        file = try saved().edited("progress.stopping.bestEpoch", 1)
        #expect(throws: Problem.self) { try Snapshot(file, path: "last") }
    }

    /// What only the run that goes on can know: how many terms its loss has, and what its fitness can be at most.
    @Test func termsAndFitnessAreThoseOfTheRun() throws {
        let snapshot = try Snapshot(saved(), path: "last")
        try snapshot.check(terms: 3, mostFitness: 1)
        #expect(throws: Problem.self) { try snapshot.check(terms: 5, mostFitness: 1) }
        let proud = try Snapshot(
            saved().edited("progress.stopping.bestFitness", 1.5).edited("progress.epoch", 2)
                .edited("progress.stopping.bestEpoch", 1), path: "last")
        try proud.check(terms: 3, mostFitness: 2)
        #expect(throws: Problem.self) { try proud.check(terms: 3, mostFitness: 1) }
    }

    @Test func anEpochOfAnotherLengthKeepsItsShareWithoutOverflow() {
        var progress = Training.Progress(epochs: 3, patience: 0)
        progress.count(stepsPerEpoch: 1 << 40)
        progress.step = 1 << 39
        progress.count(stepsPerEpoch: 1 << 30)
        #expect(progress.step == 1 << 29)
    }
}
