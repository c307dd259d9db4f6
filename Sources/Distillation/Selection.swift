import Tensors

/// Rows that a response term looks at: of each image, the anchors that the teacher is most confident about.
///
/// No suppression of overlapping boxes: both of two neighbours may be chosen.
public struct Selection: Equatable, Sendable {
    /// Anchors of each image, most confident first.
    public let anchors: [[Int]]

    /// A selection of these anchors, image by image.
    public init(anchors: [[Int]]) {
        self.anchors = anchors
    }

    /// The `limit` anchors of each image with the largest class logit; all of them when `limit` is 0 or too large.
    ///
    /// Logits order anchors as their sigmoids do, but still tell apart what rounds to 1. Ties go to the lower index.
    ///
    /// - Parameter scores: `[N, 1, A, K]`, class logits of the teacher.
    public init(mostConfident limit: Int, of scores: Tensor) {
        let count = scores.shape.height * scores.shape.width
        anchors = parallelMap(scores.shape.n) { image in
            let rows = scores.images(image..<image + 1)
            let confidences = (0..<count).map { anchor in
                largest(rows.pointer + anchor * rows.pixelStride, count: rows.shape.channels)
            }
            return descendingOrder(of: confidences, limit: limit == 0 ? count : limit)
        }
    }

    /// Rows of all images.
    public var count: Int { anchors.reduce(0) { $0 + $1.count } }
}

/// Largest of `count` values, NaN left out; −∞ without any.
private func largest(_ values: UnsafePointer<Float>, count: Int) -> Float {
    var best = -Float.infinity
    for index in 0..<count where values[index] > best { best = values[index] }
    return best
}
