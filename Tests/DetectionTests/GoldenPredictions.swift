import Datasets
import Foundation
import Models
import TestSupport
import Tensors

extension Golden {
    /// What the manifest says about a file.
    static func notes(_ name: String) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(filePath: "\(directory)/manifest.json"))
        let manifest = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        return ((manifest?[name] as? [String: Any])?["notes"] as? [String: Any]) ?? [:]
    }

    /// Anchors of an image with the usual three levels.
    static func grid(_ name: String) throws -> AnchorGrid {
        let size = (try notes(name)["image_size"] as? [Int]) ?? [0, 0]
        return usualGrid(height: size[0], width: size[1])
    }
}

func usualGrid(height: Int, width: Int) -> AnchorGrid {
    AnchorGrid(levels: [8, 16, 32].map { AnchorGrid.Level(height: height / $0, width: width / $0, stride: $0) })
}

extension GoldenFile {
    func predictions(_ prefix: String = "", grid: AnchorGrid) -> Predictions {
        Predictions(boxes: anchors(prefix + "boxes"), scores: anchors(prefix + "scores"), grid: grid)
    }

    func labels(imageCount: Int) -> BoxLabels {
        let image = doubles("batch_idx").map { Int($0) }
        let category = doubles("cls").map { Int($0) }
        let box = floats("bboxes")
        let objects = image.indices.map { i in
            BoxLabels.Object(
                image: image[i], category: category[i],
                box: SIMD4(box[4 * i], box[4 * i + 1], box[4 * i + 2], box[4 * i + 3]))
        }
        return BoxLabels(objects: objects, imageCount: imageCount)
    }
}
