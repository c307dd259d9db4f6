import Detection

/// What was found in pictures, for programs.
struct PredictionResult: Encodable {
    /// A picture and what is on it.
    struct Picture: Encodable {
        var file: String
        /// Pixels.
        var height: Int
        var width: Int
        var detections: [Detection]
    }

    /// An object.
    struct Detection: Encodable {
        var `class`: Int
        var name: String
        var confidence: Float
        /// x1, y1, x2, y2 in pixels of the picture.
        var box: [Float]
    }

    var model: String
    var classes: [String]
    /// In the order in which they were looked at.
    var pictures: [Picture] = []
    /// Pictures that could not be read.
    var unread: [String] = []
    /// Of the files that were written.
    var folder: String?

    init(model: String, classes: [String]) {
        self.model = model
        self.classes = classes
    }

    mutating func add(_ prediction: Prediction, file: String) {
        let found = prediction.boxes.map { box in
            Detection(
                class: box.category, name: classes[box.category], confidence: box.confidence,
                box: [box.box.x, box.box.y, box.box.z, box.box.w])
        }
        let (height, width) = prediction.pictureSize
        pictures.append(Picture(file: file, height: height, width: width, detections: found))
    }
}
