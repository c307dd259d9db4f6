/// The one number a run is steered by: a weighted sum of precision, recall, mAP50 and mAP50-95, rounded to 5 decimals as
/// the reference compares it.
public func fitness(_ metrics: [Double], weights: [Double]) -> Double {
    let sum = zip(metrics, weights).reduce(0) { $0 + ($1.0.isNaN ? 0 : $1.0 * $1.1) }
    return (sum * 1e5).rounded(.toNearestOrEven) / 1e5
}
