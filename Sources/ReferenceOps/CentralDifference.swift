/// Derivative of a function by each of its arguments, from values a little to both sides.
public func centralDifferences(
    at point: [Double], step: Double = 1e-5, _ function: ([Double]) -> Double
) -> [Double] {
    point.indices.map { index in
        var shifted = point
        shifted[index] = point[index] + step
        let above = function(shifted)
        shifted[index] = point[index] - step
        return (above - function(shifted)) / (2 * step)
    }
}
