import Foundation

/// An anchor that shall predict an object, for the reference formulas.
public struct ReferencePositive {
    /// Class index.
    public var category: Int
    /// Target score.
    public var score: Double
    /// In strides.
    public var box: [Double]
    /// Abscissa of the anchor's point in strides.
    public var x: Double
    /// Ordinate of the same.
    public var y: Double

    /// A positive with these properties.
    public init(category: Int, score: Double, box: [Double], x: Double, y: Double) {
        self.category = category
        self.score = score
        self.box = box
        self.x = x
        self.y = y
    }
}

/// Box term and side distance term of one positive, weighted by its score.
///
/// - Parameter weight: of the shape term, as a constant; nil for its own.
public func referenceBoxTerms(
    _ logits: [Double], _ positive: ReferencePositive, weight: Double? = nil
) -> (box: Double, dfl: Double, weight: Double) {
    let box = referenceBox(x: positive.x, y: positive.y, referenceSideDistances(logits))
    let overlap = referenceCompleteIoU(box, positive.box, weight: weight)
    let sides = [
        positive.x - positive.box[0], positive.y - positive.box[1], positive.box[2] - positive.x,
        positive.box[3] - positive.y,
    ].map { min(max($0, 0), 14.99) }
    let entropies = sides.enumerated().map { side, distance in
        let logs = referenceLogSoftmax(Array(logits[16 * side..<16 * side + 16]))
        let bin = Int(distance)
        let low = Double(bin + 1) - distance
        return -(low * logs[bin] + (1 - low) * logs[bin + 1])
    }
    let dfl = entropies.reduce(0, +) / 4
    return ((1 - overlap.value) * positive.score, dfl * positive.score, overlap.weight)
}

/// Binary cross-entropy of a logit with a target.
public func referenceCrossEntropy(_ logit: Double, _ target: Double) -> Double {
    max(logit, 0) - logit * target + log1p(exp(-abs(logit)))
}
