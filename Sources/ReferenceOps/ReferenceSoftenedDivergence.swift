import Foundation

/// `T² · KL(teacher ‖ student)` of softmax distributions.
public func referenceCategoricalDivergence(learned: [Double], taught: [Double], temperature: Double) -> Double {
    let p = referenceLogSoftmax(taught.map { $0 / temperature })
    let q = referenceLogSoftmax(learned.map { $0 / temperature })
    return temperature * temperature * zip(p, q).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
}

/// `T² · KL(teacher ‖ student)` of one sigmoid distribution per class.
public func referenceBernoulliDivergence(learned: [Double], taught: [Double], temperature: Double) -> Double {
    func probability(_ logit: Double) -> Double { 1 / (1 + exp(-logit / temperature)) }
    return zip(learned, taught).reduce(0) { sum, pair in
        let (q, p) = (probability(pair.0), probability(pair.1))
        return sum + temperature * temperature * (p * log(p / q) + (1 - p) * log((1 - p) / (1 - q)))
    }
}
