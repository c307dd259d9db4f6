import Detection
import Documents

/// `predictions.json`: a flat list of detections, as the field writes it for evaluators of COCO.
struct PredictionList {
    private var rows: [String] = []

    /// Adds what was found in one picture.
    ///
    /// - Parameter boxes: in pixels of the picture.
    mutating func add(_ boxes: [DetectedBox], of name: PictureNames.Name) {
        let stem = name.stem
        // A number where the name is one, as annotations of COCO count their pictures.
        let isNumber = !stem.isEmpty && stem.utf8.count < 19 && stem.utf8.allSatisfy { (48...57).contains($0) }
        let id = isNumber ? "\(Int(stem) ?? 0)" : stem.quotedAsJSON
        for box in boxes {
            let (low, high) = (box.box.lowHalf, box.box.highHalf)
            let numbers = [low.x, low.y, high.x - low.x, high.y - low.y].map { rounded(Double($0), 1e3) }
            // Categories are counted from 1 there.
            rows.append(
                "{\"image_id\": \(id), \"file_name\": \(name.file.quotedAsJSON), "
                    + "\"category_id\": \(box.category + 1), \"bbox\": [\(numbers.joined(separator: ", "))], "
                    + "\"score\": \(rounded(Double(box.confidence), 1e5))}")
        }
    }

    /// The list.
    var json: String { "[" + rows.joined(separator: ",\n ") + "]\n" }

    private func rounded(_ value: Double, _ factor: Double) -> String {
        "\((value * factor).rounded(.toNearestOrEven) / factor)"
    }
}
