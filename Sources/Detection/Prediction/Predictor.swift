import CHost
import Datasets
import Layers
import Models
import Tensors

/// Finds objects in single pictures, as the field's `predict` does.
public final class Predictor {
    /// Rows and columns that a picture is scaled to fit into.
    public let size: (height: Int, width: Int)
    private let model: Detector
    private let suppression: NonMaximumSuppression
    /// The network input of the last picture.
    private var lastSize = (height: 0, width: 0)

    /// - Parameter size: multiples of the model's largest stride.
    public init(_ model: Detector, size: (height: Int, width: Int), suppression: NonMaximumSuppression) {
        self.model = model
        self.size = size
        self.suppression = suppression
    }

    /// What the model finds in a picture.
    public func predict(_ picture: Picture) -> Prediction { predict(SeenPicture(picture)) }

    /// How a picture of this extent is fitted to the model.
    public func letterbox(height: Int, width: Int) -> Letterbox {
        Letterbox(height: height, width: width, into: size, stride: model.strides.max() ?? 32)
    }

    /// What the model finds in a picture.
    public func predict(_ picture: SeenPicture) -> Prediction {
        var times = PredictionTimes()
        let start = chost_seconds()
        let input = picture.fitted(letterbox(height: picture.height, width: picture.width))
        // Maps of another extent fit into no buffer that is kept.
        if (input.height, input.width) != lastSize { releaseUnusedMemory() }
        lastSize = (input.height, input.width)
        let images = input.tensor()
        let prepared = chost_seconds()
        let answer = model(Activation(images)).predictions
        let answered = chost_seconds()
        let found = suppression.detections(in: answer)[0]
        let source = Predictor.source(of: picture, in: (input.height, input.width))
        let boxes = found.map { source.original($0) }
        times.preprocess = prepared - start
        times.inference = answered - prepared
        times.postprocess = chost_seconds() - answered
        return Prediction(
            boxes: boxes, inputSize: lastSize, pictureSize: (picture.height, picture.width), times: times)
    }

    /// How a letterboxed picture lies in the network input, told from the two extents alone.
    ///
    /// Source: spec of the validation, section 5.
    static func source(of picture: SeenPicture, in input: (height: Int, width: Int)) -> ImageSource {
        let (height, width) = (Double(picture.height), Double(picture.width))
        let gain = min(Double(input.height) / height, Double(input.width) / width)
        func rounded(_ value: Double) -> Double { value.rounded(.toNearestOrEven) }
        let (rows, columns) = (max(rounded(height * gain), 1), max(rounded(width * gain), 1))
        let left = rounded((Double(input.width) - columns) / 2 - 0.1)
        let top = rounded((Double(input.height) - rows) / 2 - 0.1)
        return ImageSource(
            index: 0, path: "", height: picture.height, width: picture.width,
            gain: SIMD2(Float(columns / width), Float(rows / height)), padding: SIMD2(Float(left), Float(top)))
    }
}
