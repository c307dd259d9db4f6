import Detection
import Foundation

/// What `predict` prints, in the field's words.
struct PredictionReport {
    let classNames: [String]
    /// Pictures in all.
    let count: Int

    /// `image 1/3 /shots/a.jpg: 384x640 2 persons, 1 car, 45.2ms`.
    ///
    /// - Parameter stem: of the files made of the picture, where that is not the picture's own.
    func line(_ number: Int, file: String, _ prediction: Prediction, savedAs stem: String?) -> String {
        let size = "\(prediction.inputSize.height)x\(prediction.inputSize.width)"
        let milliseconds = String(format: "%.1f", prediction.times.inference * 1e3)
        return "image \(number)/\(count) \(file): \(size) \(found(prediction.boxes))"
            + "\(milliseconds)ms" + (stem.map { ", saved as \($0)" } ?? "")
    }

    private func found(_ boxes: [DetectedBox]) -> String {
        if boxes.isEmpty { return "(no detections), " }
        var counts: [Int: Int] = [:]
        for box in boxes { counts[box.category, default: 0] += 1 }
        return counts.sorted { $0.key < $1.key }.map { category, count in
            "\(count) \(classNames[category])\(count > 1 ? "s" : ""), "
        }.joined()
    }

    /// `Speed: … per image at shape (1, 3, 384, 640)`.
    func speed(_ times: PredictionTimes, images: Int, inputSize: (height: Int, width: Int)) -> String {
        let parts = [
            ("preprocess", times.preprocess), ("inference", times.inference), ("postprocess", times.postprocess),
        ].map { String(format: "%.1fms ", $1 * 1e3 / Double(images)) + $0 }
        return "Speed: \(parts.joined(separator: ", ")) per image at shape (1, 3, \(inputSize.height), "
            + "\(inputSize.width))"
    }
}
