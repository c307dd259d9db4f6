import Distillation
import Models
import Tensors

/// How far the student's answers are from the teacher's where the teacher is most confident: boxes and classes.
///
/// Needs no labels. Two phases as in `DetectionLoss`: `select`, then `evaluate` with the number of rows of all shards.
public struct TopKResponse: Equatable, Sendable {
    /// The two terms without weights: `1 − CIoU`, and the divergence of class distributions; means over rows when
    /// summed over shards.
    public struct Items: Equatable, Sendable {
        /// `1 − CIoU` of the decoded boxes.
        public var box: Double
        /// Divergence of the class distributions.
        public var cls: Double

        /// Two values; 0 for what is left out.
        public init(box: Double = 0, cls: Double = 0) {
            self.box = box
            self.cls = cls
        }

        /// Term by term.
        public static func + (a: Items, b: Items) -> Items { Items(box: a.box + b.box, cls: a.cls + b.cls) }
    }

    /// Anchors per image, 0 for all.
    public var count: Int
    /// How class distributions are compared.
    public var divergence: SoftenedDivergence

    /// A response over so many anchors per image.
    public init(count: Int, divergence: SoftenedDivergence) {
        self.count = count
        self.divergence = divergence
    }

    /// The rows to compare.
    public func select(_ taught: Predictions) -> Selection {
        Selection(mostConfident: count, of: taught.scores)
    }

    /// This shard's part of both terms.
    ///
    /// - Parameters:
    ///   - rowCount: selected rows of all shards.
    ///   - scale: derivative of the total by each term; a term with 0 leaves `gradient` alone.
    ///   - gradient: what the derivatives by the student's predictions are added to.
    public func evaluate(
        learned: Predictions, taught: Predictions, _ selection: Selection, rowCount: Double, scale: Items,
        gradient: PredictionsGradient?
    ) -> Items {
        evaluateImages(
            learned: learned, taught: taught, selection, rowCount: rowCount, scale: scale, gradient: gradient
        ).reduce(Items(), +)
    }

    /// Each image's part of both terms.
    func evaluateImages(
        learned: Predictions, taught: Predictions, _ selection: Selection, rowCount: Double, scale: Items,
        gradient: PredictionsGradient?
    ) -> [Items] {
        precondition(learned.grid == taught.grid, "teacher and student have other anchors")
        precondition(learned.scores.shape == taught.scores.shape, "teacher and student have other classes")
        let count = max(rowCount, 1)
        let factors = (box: Float(scale.box / count), cls: Float(scale.cls / count))
        return parallelMap(learned.imageCount) { image in
            var sum = Items()
            let rows = AnswerRows(learned: learned, taught: taught, image: image, gradient: gradient)
            for anchor in selection.anchors[image] {
                sum.box += rows.boxes(anchor, factor: factors.box)
                sum.cls += rows.classes(anchor, divergence, factor: factors.cls)
            }
            return Items(box: sum.box / count, cls: sum.cls / count)
        }
    }
}

/// What student and teacher say about the anchors of one image.
private struct AnswerRows {
    let learned: (boxes: Tensor, scores: Tensor)
    let taught: (boxes: Tensor, scores: Tensor)
    let gradient: (boxes: Tensor, scores: Tensor)?
    let grid: AnchorGrid

    init(learned: Predictions, taught: Predictions, image: Int, gradient: PredictionsGradient?) {
        let range = image..<image + 1
        self.learned = (learned.boxes.images(range), learned.scores.images(range))
        self.taught = (taught.boxes.images(range), taught.scores.images(range))
        self.gradient = gradient.map { ($0.boxes.images(range), $0.scores.images(range)) }
        grid = learned.grid
    }

    /// One minus the agreement of the decoded boxes in pixels.
    func boxes(_ anchor: Int, factor: Float) -> Double {
        let stride = grid.strides[anchor]
        let point = grid.points[anchor]
        let row = SideRow(learned.boxes.row(anchor))
        let target = box(around: point, distances: SideDistances.means(taught.boxes.row(anchor))) * stride
        let overlap = CompleteIoU(box(around: point, distances: row.means) * stride, target)
        if let gradient, factor != 0 {
            let slope = -factor * stride * overlap.gradient * SIMD4(-1, -1, 1, 1)
            row.addMeanGradient(slope, to: gradient.boxes.row(anchor))
        }
        return Double(1 - overlap.value)
    }

    /// Divergence of the class distributions.
    func classes(_ anchor: Int, _ divergence: SoftenedDivergence, factor: Float) -> Double {
        let count = learned.scores.shape.channels
        return divergence.suited(to: count).evaluate(
            learned: learned.scores.row(anchor), taught: taught.scores.row(anchor), count: count, scale: factor,
            gradient: factor == 0 ? nil : gradient?.scores.row(anchor))
    }
}

extension Tensor {
    /// The values of one pixel.
    fileprivate func row(_ pixel: Int) -> UnsafeMutablePointer<Float> { pointer + pixel * pixelStride }
}
