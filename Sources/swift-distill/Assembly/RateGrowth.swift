import Configuration
import Diagnostics

/// How the learning rate grows where a step has more than `nbs` images.
struct RateGrowth {
    /// Global batch in units of `nbs`.
    let size: Double
    let factor: Double
    private let text: String

    init(_ recipe: Recipe, _ rule: UpdateRule, globalBatch: Int) {
        size = Double(globalBatch) / Double(recipe.nbs)
        let scaling = recipe.lrScaling ?? (rule.usesSGD ? .linear : .sqrt)
        factor =
            switch scaling {
            case _ where size <= 1: 1
            case .linear: size
            case .sqrt: size.squareRoot()
            case .none: 1
            }
        text =
            "a step has \(size) × nbs images: gradients are brought to the scale of \(recipe.nbs) images, and the "
            + "learning rate is multiplied by \(factor) (lr_scaling: \(scaling.rawValue)), once"
    }

    func notes(stepsPerEpoch: Int) -> [String] {
        guard size > 1 else { return [] }
        let warning = "warning: only \(counted(stepsPerEpoch, "step")) an epoch; a smaller batch may learn better"
        return size > 8 ? [text, warning] : [text]
    }
}
