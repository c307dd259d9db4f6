/// Which anchors shall predict which objects.
public struct Assignment: Equatable, Sendable {
    /// An anchor that has an object.
    public struct Positive: Equatable, Sendable {
        /// Place in the grid.
        public var anchor: Int
        /// Place of the object among those of its image.
        public var object: Int
        /// The object's category.
        public var category: Int
        /// What the anchor shall answer for the object's class, 0…1; also its weight in the box terms.
        public var score: Float
        /// The object's box in pixels: x1, y1, x2, y2.
        public var box: SIMD4<Float>

        /// A positive with these properties.
        public init(anchor: Int, object: Int, category: Int, score: Float, box: SIMD4<Float>) {
            self.anchor = anchor
            self.object = object
            self.category = category
            self.score = score
            self.box = box
        }
    }

    /// Positives of each image in the order of anchors.
    public var images: [[Positive]]

    /// An assignment of these positives, image by image.
    public init(images: [[Positive]]) {
        self.images = images
    }

    /// Sum of all target scores: this shard's part of the detection terms' normaliser.
    public var scoreSum: Double {
        images.reduce(0) { sum, positives in sum + positives.reduce(0) { $0 + Double($1.score) } }
    }

    /// Positives of all images.
    public var count: Int { images.reduce(0) { $0 + $1.count } }
}
