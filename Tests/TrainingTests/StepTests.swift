import Collectives
import Configuration
import Diagnostics
import Layers
import Models
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite struct StepTests {
    @Test func aStepThatIsNotFiniteLeavesNoTraceAndIsExplained() throws {
        var run = TinyRun(shards: 2)
        run.poisoned = (3, 1)
        let explained = try LocalRanks.run(2) { [run] ranks in
            let journal = Quiet()
            let trainer = try run.trainer(ranks, journal: journal)
            for _ in 0..<3 { _ = try trainer.step() }
            let before = trainer.state.numbers
            let updates = trainer.state.average.updates
            let report = try trainer.step()
            #expect(report.isSkipped)
            #expect(trainer.state.numbers == before)
            #expect(trainer.state.average.updates == updates && trainer.state.progress.skipped == 1)
            #expect(try trainer.step().isSkipped == false)
            #expect(trainer.state.numbers != before)
            return journal.notes.joined()
        }
        #expect(explained[0].contains("rank 1") && explained[0].contains("noise-0-3-1-0.jpg"))
    }

    @Test func fiftyBadStepsInARowAreDivergence() throws {
        var run = TinyRun(shards: 1, batch: 1)
        run.steps = 60
        let trainer = try run.trainer(SoloCommunicator())
        trainer.state.weights.values.pointer[0] = .nan
        trainer.state.weights.didChange()
        let problem = #expect(throws: Problem.self) { for _ in 0..<60 { _ = try trainer.step() } }
        #expect(problem?.exit == .diverged)
        #expect(trainer.state.progress.skipped == 50)
    }

    @Test func debuggingMeasuresTermsEachEpochAndLeavesNoTrace() throws {
        var run = TinyRun(shards: 2)
        run.steps = 2
        let expected = try run.results(ranks: 1)[0]
        run.recipe.debug = true
        let journal = Quiet()
        let trainer = try run.trainer(SoloCommunicator(), journal: journal)
        _ = try trainer.run()
        #expect(journal.notes.count { $0.contains("distill_box") } == run.recipe.epochs)
        #expect(trainer.state.numbers == expected)
    }

    @Test func aTimeLimitStretchesTheScheduleOverTheEpochsThatFit() throws {
        var run = TinyRun(shards: 1)
        run.steps = 1
        run.recipe.time = 1
        let trainer = try run.trainer(SoloCommunicator())
        try trainer.beginEpoch()
        _ = try trainer.step()
        #expect(try !trainer.judge().stops)
        try trainer.beginEpoch()
        // An epoch of one step takes much less than an hour.
        #expect(trainer.state.progress.epochs > 20)
        #expect(trainer.schedule.decayEpochs == trainer.state.progress.epochs)
        #expect(trainer.schedule.rates(batch: 1).weight > 0.99 * 0.002 * (1 - 0.99 / 20))
        run.recipe.time = 1e-9
        let short = try run.trainer(SoloCommunicator())
        #expect(try short.run() == .stoppedEarly)
        #expect(short.state.progress.epoch == 1)
    }

    @Test func anEpochOfOtherLengthGoesOnWhereItsShareIs() throws {
        var long = TinyRun(shards: 1)
        long.steps = 8
        let before = try long.trainer(SoloCommunicator())
        before.state.progress.count(stepsPerEpoch: 8)
        for _ in 0..<4 { _ = try before.step() }
        var short = long
        short.steps = 4
        let after = try short.trainer(SoloCommunicator())
        after.state.progress = before.state.progress
        after.state.progress.epoch = 2
        after.state.progress.lastUpdate = 19
        after.state.progress.count(stepsPerEpoch: 4)
        #expect(after.state.progress.step == 2 && after.state.progress.lastUpdate == 9)
        // Two images a step, eight are gathered: the fourth step moves the weights.
        let weights = after.state.weights.values.values
        for _ in 0..<4 { _ = try after.step() }
        #expect(after.state.weights.values.values != weights)
    }

    @Test func statisticsThatAreNotFiniteSpoilAStep() throws {
        var run = TinyRun(shards: 1)
        run.hasTeacher = false
        run.poisoned = (0, 0)
        // The square overflows, and with it the variance: every output of the layer is 0, and loss and gradient are finite.
        run.poison = 1e25
        let journal = Quiet()
        let trainer = try run.trainer(SoloCommunicator(), journal: journal)
        let before = trainer.state.numbers
        let report = try trainer.step()
        #expect(report.isSkipped && report.values.allSatisfy(\.isFinite) && report.norm.isFinite)
        #expect(journal.notes.joined().contains("not finite in rank 0: the batch statistics"))
        #expect(trainer.state.numbers == before)
    }

    @Test func theRankWhosePartIsNotFiniteIsNamed() throws {
        var run = TinyRun(shards: 2)
        run.hasTeacher = false
        run.poisoned = (0, 1)
        run.poison = 1e25
        let notes = try LocalRanks.run(2) { [run] ranks in
            let journal = Quiet()
            let report = try run.trainer(ranks, journal: journal).step()
            #expect(report.isSkipped)
            return journal.notes.joined()
        }
        #expect(notes[0].contains("not finite in rank 1 (\(HostName.own)): the batch statistics"), "\(notes[0])")
        #expect(!notes[0].contains("rank 0"))
    }

    @Test func aRunThatIsOverIsNotTrainedOn() throws {
        var run = TinyRun(shards: 1)
        run.recipe.patience = 2
        let trainer = try run.trainer(SoloCommunicator())
        for epoch in 1...3 { _ = trainer.state.progress.stopping.observe(epoch == 1 ? 0.5 : 0.4, epoch: epoch) }
        trainer.state.progress.epoch = 3
        let before = trainer.state.numbers
        #expect(try trainer.run() == .finished)
        #expect(trainer.state.progress.epoch == 3 && trainer.state.numbers == before)
        // More patience lets it go on.
        trainer.state.progress.stopping.patience = 5
        #expect(!trainer.state.progress.isOver)
    }

    @Test func theTeacherIsNotTouched() throws {
        let trainer = try TinyRun(shards: 1).trainer(SoloCommunicator())
        let teacher = try #require(trainer.teacher)
        let before = teacher.weights.values.values
        for _ in 0..<3 { _ = try trainer.step() }
        #expect(teacher.weights.values.values == before)
    }

    @Test func frozenLayersKeepWeightsAndStatistics() throws {
        var run = TinyRun(shards: 1)
        run.recipe.freeze = Array(0..<10)
        let trainer = try run.trainer(SoloCommunicator())
        let weights = trainer.state.weights
        let before = weights.values.values
        // Four batches of two images make the nominal batch.
        for _ in 0..<4 { _ = try trainer.step() }
        for entry in weights.entries where entry.name.contains("conv.weight") || entry.name.contains("running") {
            let layer = try #require(Int(entry.name.split(separator: ".")[1]))
            let buffer = FlatBuffer(count: before.count)
            buffer.pointer.update(from: before, count: before.count)
            let changed = weights.read(entry) != weights.read(entry, from: buffer)
            if !entry.name.contains("dfl") { #expect(changed == (layer >= 10), "\(entry.name)") }
        }
    }

    @Test func distillationWithoutWeightIsPlainTraining() throws {
        var with = TinyRun(shards: 1)
        with.recipe.lambdaDistillation = 0
        var without = with
        without.hasTeacher = false
        let a = try with.trainer(SoloCommunicator())
        let b = try without.trainer(SoloCommunicator())
        for _ in 0..<4 {
            _ = try a.step()
            _ = try b.step()
        }
        #expect(a.state.numbers == b.state.numbers)
    }

    @Test func aTermThatGivesNoGradientStopsTheRun() throws {
        let run = TinyRun(shards: 1)
        var frozen = run
        frozen.recipe.freeze = Array(0..<23)
        let silent = try frozen.trainer(SoloCommunicator())
        let problem = #expect(throws: Problem.self) { try silent.refuseSilentTerms() }
        #expect(problem?.message.contains("gives the student no gradient") == true)
        try run.trainer(SoloCommunicator()).refuseSilentTerms()
    }

    @Test func measuringTermsChangesNothing() throws {
        let measured = try TinyRun(shards: 1).trainer(SoloCommunicator())
        try measured.refuseSilentTerms()
        let plain = try TinyRun(shards: 1).trainer(SoloCommunicator())
        #expect(measured.state.numbers == plain.state.numbers)
        _ = try measured.step()
        _ = try plain.step()
        #expect(measured.state.numbers == plain.state.numbers)
    }
}
