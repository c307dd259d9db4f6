/// How a model becomes an ONNX graph.
public struct ONNXOptions: Sendable {
    /// Suppression of overlapping boxes inside the graph.
    public struct Suppression: Sendable {
        /// Least probability of a detection.
        public var confidence: Double
        /// Overlap above which a box is dropped.
        public var overlap: Double
        /// Rows of the answer for an image; fewer detections leave rows of zeros.
        public var most: Int
        /// Whether boxes of different classes suppress each other.
        public var isAgnostic: Bool

        /// As the field's `conf`, `iou`, `max_det` and `agnostic_nms`.
        public init(confidence: Double, overlap: Double, most: Int, isAgnostic: Bool) {
            self.confidence = confidence
            self.overlap = overlap
            self.most = most
            self.isAgnostic = isAgnostic
        }
    }

    /// Height and width of the input, multiples of the model's `sideMultiple`.
    public var size: (height: Int, width: Int)
    /// Images of the input.
    public var batch = 1
    /// Any number of images of any size whose sides are such multiples.
    public var isDynamic = false
    /// Weights and maps of 16 bits; input, decoding and output stay 32-bit.
    public var half = false
    /// Version of the operators, 12 to 21.
    public var opset = 18
    /// Nil leaves suppression to whoever uses the model.
    public var suppression: Suppression?

    /// For one image of a size.
    public init(size: (height: Int, width: Int)) { self.size = size }

    /// The oldest version of the format that has these operators.
    var formatVersion: Int64 {
        switch opset {
        case ...18: 8
        case 19, 20: 9
        default: 10
        }
    }
}
