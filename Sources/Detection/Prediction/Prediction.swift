/// What a detector finds in a picture.
public struct Prediction: Sendable {
    /// In pixels of the picture, most confident first.
    public var boxes: [DetectedBox]
    /// Rows and columns of the network input.
    public var inputSize: (height: Int, width: Int)
    /// Rows and columns of the picture.
    public var pictureSize: (height: Int, width: Int)
    /// What it took.
    public var times: PredictionTimes
}

/// Seconds of the parts of a prediction, or of many.
public struct PredictionTimes: Equatable, Sendable {
    /// Letterboxing, and floats of bytes.
    public var preprocess = 0.0
    /// The forward pass.
    public var inference = 0.0
    /// Decoding and suppression.
    public var postprocess = 0.0

    /// No time at all.
    public init() {}

    /// Adds those of another prediction.
    public mutating func add(_ other: PredictionTimes) {
        preprocess += other.preprocess
        inference += other.inference
        postprocess += other.postprocess
    }
}
