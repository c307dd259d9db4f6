import Collectives
import Datasets
import Diagnostics
import Layers
import Optimization
import Tensors

/// A shard's way through a step, up to the point where ranks agree.
struct ShardPass<Task: Objective> {
    /// Nil where memory is short: the student's pass is repeated on the way back.
    let tape: Tape?
    let learned: Task.Answer
    let preparation: Task.Preparation
    /// Batch statistics that the student observed.
    let statistics: [Float]
}

/// What all ranks know after the forward passes of a step.
struct Agreement {
    var counts: [Double]
    var images: Int
    var objects: Int
    /// Shards that had images: statistics are means over these.
    var shards: Double
    var stops: Bool
}

extension Trainer {
    /// With synchronised BatchNorm a rank's shards are one batch, since every layer meets; otherwise each shard, empty
    /// ones too, is a pass of its own.
    func merged(_ batches: [Batch]) -> [Batch] {
        recipe.syncBn ? [Batch.joined(batches)] : batches
    }

    /// Teacher and student look at the images of every shard.
    func answers(_ shards: [Batch]) -> [ShardPass<Task>] {
        shards.enumerated().map { number, batch in
            let before = tensorBytes
            let pass = answer(batch, keepsTape: number == 0 || number < keptTapes)
            if number == 0 { keptTapes = max(tapeMemory / max(tensorBytes - before, 1), 1) }
            return pass
        }
    }

    /// Teacher and student look at a shard's images.
    func answer(_ batch: Batch, keepsTape: Bool = true) -> ShardPass<Task> {
        let taught = teacher.map { teacher in
            KernelProfile.within("teacher") { teacher(Activation(batch.images)) }
        }
        let (tape, learned) = learn(batch)
        if !keepsTape { tape.forget() }
        return ShardPass(
            tape: keepsTape ? tape : nil, learned: learned,
            preparation: objective.prepare(learned, taught: taught, labels: batch.labels),
            statistics: state.weights.observedStatistics)
    }

    /// The student looks at a shard's images, and its tape remembers.
    func learn(_ batch: Batch) -> (tape: Tape, learned: Task.Answer) {
        let tape = Tape(
            synchronize: recipe.syncBn ? { sums in self.synchronize(&sums) } : nil,
            recomputes: recipe.checkpointActivations)
        booked("zero", passes: 1) { state.weights.zeroGradients() }
        return (tape, KernelProfile.within("student") { student(Activation(batch.images, recordedOn: tape)) })
    }

    private func synchronize(_ sums: inout [Double]) {
        // A layer cannot throw; a rank that is lost ends the job anyway.
        let start = clock.seconds
        do { try ranks.sum(&sums) } catch { ranks.abort(because: error) }
        synchronizing += clock.seconds - start
    }

    /// One small sum over ranks: normalisers, counts and wishes.
    func agree(_ passes: [ShardPass<Task>], _ batches: [Batch]) throws -> Agreement {
        let counts = TreeSum.sum(passes.map { objective.counts(of: $0.preparation) })
        let images = batches.reduce(0) { $0 + $1.labels.imageCount }
        let objects = batches.reduce(0) { $0 + $1.labels.objects.count }
        let shards = recipe.syncBn ? 1 : batches.count { $0.labels.imageCount > 0 }
        var vector = counts + [Double(images), Double(objects), Double(shards), stopRequested() ? 1 : 0]
        try KernelProfile.measure(KernelCall(kernel: "agreement", block: "exchange")) { try ranks.sum(&vector) }
        let n = counts.count
        return Agreement(
            counts: Array(vector[..<n]), images: Int(vector[n]), objects: Int(vector[n + 1]), shards: vector[n + 2],
            stops: vector[n + 3] > 0)
    }

    /// Waits for the sums of this step: the gradients', and every term's, which it returns.
    func collect(_ losses: [ShardLoss]) throws -> [Double] {
        var values = TreeSum.sum(losses.map(\.values))
        try KernelProfile.measure(KernelCall(kernel: "wait", block: "exchange")) {
            try ranks.sum(&values)
            try exchange.wait()
        }
        return values
    }

    /// Takes a sound step's gradients and statistics in, and moves the weights when enough batches have gathered.
    func accept(_ values: [Double], _ norm: Double, _ agreement: Agreement) -> (norm: Double, moved: Bool) {
        let batch = batchNumber
        return state.changing {
            booked("gather", passes: 2) { state.gather(exchange.sums) }
            booked("running statistics", passes: 0) {
                state.weights.commitBatchStatistics(exchange.sums, share: Float(1 / max(agreement.shards, 1)))
            }
            var total = norm
            let isDue = batch - state.progress.lastUpdate >= schedule.accumulation(batch: batch)
            if isDue {
                total = state.progress.gathered == 1 ? norm : gradientNorm(state.gathered, of: state.weights)
                total *= schedule.gradientScale
                let scale = clippingScale(norm: total, limit: recipe.clip) * schedule.gradientScale
                booked(state.optimizer.name, passes: Double(3 + 2 * state.optimizer.state.count)) {
                    state.optimizer.step(
                        state.weights, gradient: state.gathered, scale: Float(scale),
                        rates: schedule.rates(batch: batch))
                }
                booked("moving average", passes: 3) { state.average.follow(state.weights) }
                state.progress.lastUpdate = batch
                state.progress.gathered = 0
            }
            // Other terms than before where a resumed run has got a teacher.
            if state.progress.termSums.count != values.count {
                state.progress.termSums = values.map { _ in 0 }
                state.progress.termSteps = 0
            }
            for i in values.indices { state.progress.termSums[i] += values[i] }
            state.progress.termSteps += 1
            state.progress.skippedInARow = 0
            if recipe.gradientCompression == .fp16 { state.progress.gradientNorm = norm }
            state.progress.step += 1
            return (total, isDue)
        }
    }

    /// Runs a pass over all weights; a profile books it as such.
    func booked<Result>(_ kernel: String, passes: Double, _ body: () -> Result) -> Result {
        let call = KernelCall.pass(kernel, overValues: state.weights.values.count, passes: passes, block: "update")
        return KernelProfile.measure(call, body)
    }

    /// Lets a step that is not finite leave no trace but its count, and says where it came from.
    func skip(_ losses: [ShardLoss], _ values: [Double], _ batches: [Batch]) throws {
        state.changing {
            state.progress.skipped += 1
            state.progress.skippedInARow += 1
            state.progress.step += 1
        }
        let places = zip(losses, merged(batches)).flatMap { loss, batch in
            loss.nonFinite.map { "\($0.term) of \(batch.sources[$0.image].path)" }
        }
        // What has no term has come up on the way back: the rank is named whose own part of the sum it is in.
        let part = places.isEmpty ? exchange.nonFinitePart().map { [$0] } ?? [] : Set(places).sorted()
        let name = "rank \(ranks.rank)" + (ranks.size > 1 ? " (\(HostName.own))" : "")
        let text = part.isEmpty ? "" : "\(name): " + part.prefix(8).joined(separator: ", ")
        if let all = try ranks.gather(Array(text.utf8)) {
            let causes = all.map { String(decoding: $0, as: UTF8.self) }.filter { !$0.isEmpty }
            try journal.note(
                "step \(batchNumber) skipped: not finite in "
                    + (causes.isEmpty ? "the gradient (no loss term)" : causes.joined(separator: "; "))
                    + (values.allSatisfy(\.isFinite) && recipe.gradientCompression == .fp16
                        ? "; fp16 may have been too small for it, the next is divided by 16 on its way" : ""))
        }
        if state.progress.skippedInARow >= 50 {
            throw Problem(
                "50 steps in a row were not finite: training diverged",
                remedy: "Lower lr0 or check the data; the last good checkpoint is kept", exit: .diverged)
        }
    }
}
