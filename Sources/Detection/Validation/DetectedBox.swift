import Datasets
import Models

/// An object that a detector reports.
public struct DetectedBox: Equatable, Sendable {
    /// x1, y1, x2, y2 in pixels of the network input.
    public var box: SIMD4<Float>
    /// Probability of the category, 0…1.
    public var confidence: Float
    /// Class index.
    public var category: Int

    /// A detection.
    public init(box: SIMD4<Float>, confidence: Float, category: Int) {
        self.box = box
        self.confidence = confidence
        self.category = category
    }
}

/// An object that the labels say is there.
public struct LabelledBox: Equatable, Sendable {
    /// x1, y1, x2, y2 in pixels of the network input.
    public var box: SIMD4<Float>
    /// Class index.
    public var category: Int

    /// A labelled box.
    public init(box: SIMD4<Float>, category: Int) {
        self.box = box
        self.category = category
    }
}

extension BoxLabels {
    /// The objects of each image, in pixels of an input of this size.
    public func boxes(imageSize: (height: Int, width: Int)) -> [[LabelledBox]] {
        var result = [[LabelledBox]](repeating: [], count: imageCount)
        for object in objects {
            let box = pixelBox(object.box, imageSize: imageSize)
            result[object.image].append(LabelledBox(box: box, category: object.category))
        }
        return result
    }
}

/// Overlap of two boxes as a part of what they cover together; `epsilon` is added to the latter.
@inline(__always)
func intersectionOverUnion(_ a: SIMD4<Float>, _ b: SIMD4<Float>, epsilon: Float) -> Float {
    let width = max(min(a.z, b.z) - max(a.x, b.x), 0)
    let height = max(min(a.w, b.w) - max(a.y, b.y), 0)
    let intersection = width * height
    return intersection / ((a.z - a.x) * (a.w - a.y) + (b.z - b.x) * (b.w - b.y) - intersection + epsilon)
}
