import Tensors

/// What a detector says about every anchor of every image, before decoding.
///
/// Anchors are ordered by level (finest first), within a level row by row.
public struct Predictions {
    /// `[N, 1, A, 64]`: logits of the distances to the left, top, right and bottom side, 16 bins each, in strides.
    public var boxes: Tensor
    /// `[N, 1, A, K]`: class logits.
    public var scores: Tensor
    /// Where the A anchors lie.
    public var grid: AnchorGrid

    /// Both tensors must have as many anchors as the grid.
    public init(boxes: Tensor, scores: Tensor, grid: AnchorGrid) {
        precondition(boxes.shape.width == grid.count && scores.shape.width == grid.count, "anchors do not fit the grid")
        self.boxes = boxes
        self.scores = scores
        self.grid = grid
    }

    /// N of both shapes.
    public var imageCount: Int { boxes.shape.n }
    /// K of the scores' shape.
    public var classCount: Int { scores.shape.channels }
}

/// The cells that a detector predicts from: one anchor point in the middle of each cell of each level.
public struct AnchorGrid: Equatable, Sendable {
    /// One feature map.
    public struct Level: Equatable, Sendable {
        /// Rows of cells.
        public var height: Int
        /// Cells of a row.
        public var width: Int
        /// Input pixels per cell.
        public var stride: Int

        /// A map of `height` × `width` cells that covers `stride` times as many pixels each way.
        public init(height: Int, width: Int, stride: Int) {
            self.height = height
            self.width = width
            self.stride = stride
        }
    }

    /// In the order of their anchors, finest first.
    public let levels: [Level]
    /// Centre (x, y) of each anchor's cell, in cells of its level.
    public let points: [SIMD2<Float>]
    /// Stride of each anchor.
    public let strides: [Float]

    /// Lays out the anchors level by level and row by row.
    public init(levels: [Level]) {
        self.levels = levels
        var points: [SIMD2<Float>] = []
        var strides: [Float] = []
        let count = levels.reduce(0) { $0 + $1.height * $1.width }
        points.reserveCapacity(count)
        strides.reserveCapacity(count)
        for level in levels {
            for y in 0..<level.height {
                for x in 0..<level.width {
                    points.append(SIMD2(Float(x) + 0.5, Float(y) + 0.5))
                    strides.append(Float(level.stride))
                }
            }
        }
        self.points = points
        self.strides = strides
    }

    /// Number of anchors.
    public var count: Int { points.count }
    /// Height and width in pixels of the input that the grid belongs to.
    public var imageSize: (height: Int, width: Int) {
        (levels[0].height * levels[0].stride, levels[0].width * levels[0].stride)
    }
}
