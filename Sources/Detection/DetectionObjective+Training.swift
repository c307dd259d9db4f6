import Datasets
import Models
import Tensors
import Training

/// What the loop knows the objective as.
extension DetectionObjective: Objective {
    /// Names of the terms, as in logs.
    public var names: [String] { equation.names }
    /// Factor of each term in the total.
    public var weights: [Double] { equation.weights }
    /// The objective as an equation.
    public var text: String { equation.text }

    /// First phase, on one shard.
    public func prepare(_ learned: DetectorOutput, taught: DetectorOutput?, labels: BoxLabels) -> Preparation {
        prepare(learned.predictions, taught: taught?.predictions, labels: labels)
    }

    /// What a shard adds to the normalisers.
    public func counts(of preparation: Preparation) -> [Double] { preparation.counts.values }

    /// Second phase, on one shard; the gradient is received by the answer's activations.
    public func evaluate(
        _ preparation: Preparation, of learned: DetectorOutput, counts: [Double], isolating term: Int?
    ) -> ShardLoss {
        let judgement = evaluate(
            preparation, counts: Counts(values: counts), isolating: term.map { termNames[$0] })
        KernelProfile.within("loss") {
            learned.boxes.receive(adding: judgement.gradient.boxes)
            learned.scores.receive(adding: judgement.gradient.scores)
        }
        return ShardLoss(
            values: judgement.terms.map(\.value),
            nonFinite: judgement.nonFinite.map { ShardLoss.Place(term: $0.term.rawValue, image: $0.image) })
    }
}
