import Layers
import Tensors

/// A detection model built from a layer table, with its own weights.
public final class Detector: Model {
    /// The architecture that was built, with this model's own class count and the scale in force.
    public let table: LayerTable
    /// Named as in the field's state dictionaries: `model.<row>.…`.
    public let weights: Weights
    /// By class index, which is the channel of the scores.
    public let classNames: [String]
    /// Classes of the head, and the one that all of them count as, if any.
    private let headNames: [String]
    private let merged: String?
    private let blocks: [any LayerBlock]
    private let sources: [[Int]]
    private let head: DetectHead
    private let plan: MapPlan

    /// A model with fresh weights.
    ///
    /// - Parameters:
    ///   - classWidth: channels inside the class branches; nil derives them from the class count.
    ///   - merged: makes all classes count as one of this name, whose score is the highest of theirs; such a model answers
    ///     and does not learn.
    /// - Throws: `Problem` when the table cannot be built.
    public init(
        table: LayerTable, classNames: [String], classWidth: Int? = nil, seed: Int = 0, compat83: Bool = false,
        mergedAs merged: String? = nil
    ) throws {
        var table = table
        table.classCount = classNames.count
        self.table = table
        headNames = classNames
        self.merged = merged
        self.classNames = merged.map { [$0] } ?? classNames
        weights = Weights()
        var builder = LayerBuilder(table: table, weights: weights)
        head = try builder.build(classCount: classNames.count, classWidth: classWidth)
        blocks = builder.blocks
        sources = builder.sources
        plan = MapPlan(builder)
        largestStride = max(builder.strides.max() ?? 1, head.strides.max() ?? 1)
        weights.seal(seed: seed)
        initializeHeadBiases(compat83: compat83)
    }

    /// Another model of the same architecture, with fresh weights.
    public func twin() throws -> Detector {
        try Detector(table: table, classNames: headNames, classWidth: classWidth, mergedAs: merged)
    }

    /// K of the scores' shape.
    public var classCount: Int { classNames.count }
    /// Input pixels per cell of each level, finest first.
    public var strides: [Int] { head.strides }
    /// Input pixels per cell of the coarsest map of all rows.
    let largestStride: Int
    /// What sides of images are multiples of: so do maps of all strides cover the same pixels, and as with the reference.
    public var sideMultiple: Int { max(largestStride, 32) }
    /// Channels inside the class branches.
    public var classWidth: Int { head.classWidth }
    /// Bins of the distance distribution of a box's side (`reg_max`).
    public static var bins: Int { DetectHead.bins }
    /// Index of the head's row in the table.
    public var headLayer: Int { blocks.count }

    /// Sets the head's last biases as in a fresh model.
    public func initializeHeadBiases(compat83: Bool) {
        head.initializeBiases(compat83: compat83)
        weights.didChange()
    }

    /// The raw answer to images `[N, H, W, 3]` in 0…1, H and W multiples of the largest stride of all rows.
    public func callAsFunction(_ x: Activation) -> DetectorOutput {
        let levels = maps(x, at: sources[blocks.count])
        let (boxes, scores) = KernelProfile.within("\(headLayer) Detect") { head(levels) }
        let grid = AnchorGrid(
            levels: zip(levels, strides).map { level, stride in
                AnchorGrid.Level(height: level.shape.height, width: level.shape.width, stride: stride)
            })
        let answers = merged == nil ? scores : Activation(scores.tensor.highestChannel)
        return DetectorOutput(boxes: boxes, scores: answers, grid: grid)
    }

    /// Results of the given rows.
    public func maps(_ x: Activation, at layers: [Int]) -> [Activation] {
        var results: [Int: Activation] = [-1: x]
        var joined: [Int: Activation] = [:]
        for (index, block) in blocks.enumerated() {
            let inputs = sources[index].compactMap { results[$0] }
            let room = plan.room(for: index, of: x, joined: &joined)
            results[index] = KernelProfile.within("\(index) \(table.rows[index].module)") {
                plan.isRecomputed(index)
                    ? recomputing(inputs, into: room) { block($0, into: $1) } : block(inputs, into: room)
            }
            for source in sources[index] where plan.isLast(index, of: source) && !layers.contains(source) {
                results[source] = nil
            }
        }
        return layers.compactMap { results[$0] }
    }
}

/// A detector's answer, with what is needed to walk back from it.
public struct DetectorOutput {
    /// `[N, 1, A, 64]`, as in `Predictions`.
    public let boxes: Activation
    /// `[N, 1, A, K]`, as in `Predictions`.
    public let scores: Activation
    /// Where the A anchors lie.
    public let grid: AnchorGrid

    /// The numbers alone.
    public var predictions: Predictions { Predictions(boxes: boxes.tensor, scores: scores.tensor, grid: grid) }
}

extension Tensor {
    /// Of every pixel the highest value, `[N, H, W, 1]`.
    fileprivate var highestChannel: Tensor {
        let result = Tensor(Shape(shape.n, shape.height, shape.width, 1))
        for pixel in 0..<shape.n * shape.height * shape.width {
            let values = pointer + pixel * pixelStride
            var highest = values[0]
            for channel in 1..<shape.channels where values[channel] > highest { highest = values[channel] }
            result.pointer[pixel * result.pixelStride] = highest
        }
        return result
    }
}
