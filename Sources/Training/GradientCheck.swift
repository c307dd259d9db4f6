import Collectives
import Datasets
import Diagnostics
import Layers
import Optimization

extension Trainer {
    /// Images per shard that the gradient of each term is measured on.
    private var sampleSize: Int { 4 }

    /// A loss term by itself: its value and the norm of the gradient that it gives the student.
    typealias TermGradient = (value: Double, norm: Double, images: Int)

    /// Measures every term on the next images and writes the table down; leaves no trace in the run.
    func measureTerms() throws -> [TermGradient] {
        ranks.report(phase: "gradient check", step: batchNumber)
        let batches = try batchesWithObjects()
        let measured = try termGradients(batches)
        try source.seek(state.progress)
        for line in termTable(measured) { try journal.note(line) }
        return measured
    }

    /// Stops a run in which a term has weight but gives the student no gradient: the field's most frequent failure.
    func refuseSilentTerms() throws {
        for (index, term) in try measureTerms().enumerated() where objective.weights[index] != 0 && !(term.norm > 0) {
            let reason =
                term.norm.isNaN
                ? "its gradient is not a number" : "it gives the student no gradient on \(term.images) images"
            throw Problem(
                "the loss term \(objective.names[index]) has weight \(objective.weights[index]), but \(reason)",
                remedy: term.norm.isNaN
                    ? "Check the weights and the images"
                    : "Check that teacher and student differ, that labels exist, and that not everything is frozen",
                exit: .diverged)
        }
    }

    /// The next step's batches in which some rank sees an object: on backgrounds alone a term is silent with good reason.
    private func batchesWithObjects() throws -> [Batch] {
        let steps = source.stepsPerEpoch
        let next = state.progress.epoch * steps + state.progress.step
        for number in next..<next + steps {
            let batches = try source.batches(epoch: number / steps, step: number % steps)
            var objects = [Double(batches.reduce(0) { $0 + $1.labels.objects.count })]
            try ranks.sum(&objects)
            if objects[0] > 0 { return batches }
        }
        return try source.batches(epoch: next / steps, step: next % steps)
    }

    /// The gradient norm that each term alone gives the student on a few images of every rank.
    func termGradients(_ batches: [Batch]) throws -> [TermGradient] {
        let sample = Batch.joined(batches).sample(sampleSize)
        var results: [TermGradient] = []
        for term in objective.names.indices {
            let pass = answer(sample)
            var counts = objective.counts(of: pass.preparation) + [Double(sample.labels.imageCount)]
            try ranks.sum(&counts)
            let images = Int(counts.removeLast())
            let loss = objective.evaluate(pass.preparation, of: pass.learned, counts: counts, isolating: term)
            state.weights.zeroGradients()
            pass.tape?.backward()
            let norm = gradientNorm(state.weights.gradients, of: state.weights)
            var sums = [loss.values[term], norm * norm]
            try ranks.sum(&sums)
            results.append((sums[0], sums[1].squareRoot(), images))
        }
        state.weights.zeroGradients()
        return results
    }

    private func termTable(_ measured: [TermGradient]) -> [String] {
        let total = zip(measured, objective.weights).reduce(0) { $0 + $1.0.value * $1.1 }
        let rows = measured.indices.map { index in
            let contribution = measured[index].value * objective.weights[index]
            let share = total == 0 ? 0 : 100 * contribution / total
            return "  \(pad(objective.names[index], 14)) value \(format(measured[index].value))"
                + "  weight \(format(objective.weights[index]))  share \(format(share)) %"
                + "  gradient \(format(measured[index].norm))"
        }
        return ["gradient of each term on the student:"] + rows
    }
}
