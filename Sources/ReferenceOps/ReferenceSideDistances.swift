import Foundation

/// Logarithms of the softmax of some logits.
public func referenceLogSoftmax(_ logits: [Double]) -> [Double] {
    let peak = logits.max() ?? 0
    let sum = logits.reduce(0) { $0 + exp($1 - peak) }
    return logits.map { $0 - peak - log(sum) }
}

/// Distances to the four sides: means of the distributions that 16 logits per side stand for.
public func referenceSideDistances(_ logits: [Double]) -> [Double] {
    (0..<4).map { side in
        referenceLogSoftmax(Array(logits[16 * side..<16 * side + 16])).enumerated()
            .reduce(0) { $0 + Double($1.offset) * exp($1.element) }
    }
}

/// The box (x1, y1, x2, y2) at these distances around a point.
public func referenceBox(x: Double, y: Double, _ distances: [Double]) -> [Double] {
    [x - distances[0], y - distances[1], x + distances[2], y + distances[3]]
}
