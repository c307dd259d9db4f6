import Checkpoints
import Documents
import Foundation
import Layers
import Models
import TestSupport
import Tensors

@testable import Exports

/// Models for the tests of this room.
enum Samples {
    /// Class names that no format must change.
    static let names = [
        "it's \"a\"", "comma, colon: {}", "line\nbreak\ttab", "🔥🚒", String(repeating: "é", count: 500), "\\n", "#",
        " x ",
        "\u{7}\u{2028}",
    ]

    /// A model of a size with statistics that training would leave, and class names.
    static func detector(_ name: String, names: [String]) throws -> Detector {
        let model = try Detector(table: LayerTable.named(name) ?? .yolov8, classNames: names, seed: 3)
        fillWithHashes(model.weights, gain: 1)
        return model
    }

    /// A model as a file has it, with a different count of batches for every BatchNorm.
    static func model(_ name: String = "yolov8p", names: [String] = names, half: Bool = false) throws -> ExportedModel {
        let detector = try detector(name, names: names)
        var entries: [String: SafeTensors.Entry] = [:]
        for (index, entry) in detector.weights.entries.enumerated() {
            let values = detector.weights.read(entry)
            if case .counter = entry.content {
                // Beyond what a float counts exactly.
                entries[entry.name] = .init(ints: [1 << 24 + 2 * index + 1], shape: [])
            } else {
                entries[entry.name] =
                    half ? .init(halvesOf: values, shape: entry.shape) : .init(floats: values, shape: entry.shape)
            }
        }
        var record = TrainingRecord()
        record.arguments = Node(.map([Node.Pair("imgsz", Node(.int(64))), Node.Pair("data", Node(.string("d.yaml")))]))
        record.metrics = Node(.map([Node.Pair("metrics/mAP50(B)", Node(.double(0.25)))]))
        record.results = Node(.map([Node.Pair("epoch", Node(.list([Node(.int(1)), Node(.int(2))])))]))
        record.date = "2026-01-02T03:04:05Z"
        record.license = "AGPL-3.0"
        let metadata = ModelFile.metadata(
            table: detector.table.document, names: names, strides: [8, 16, 32], imageSize: [64], record: record)
        return try ExportedModel(
            ModelFile(SafeTensors(entries: entries, metadata: metadata), path: "sample"), path: "sample")
    }

    /// What is in the file of these bytes.
    static func read(_ bytes: [UInt8], _ name: String) throws -> ExportedModel {
        let folder = FileManager.default.temporaryDirectory.appending(path: "exports-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: name)
        try Data(bytes).write(to: file)
        return try ExportedModel(ModelFile.read(file.path), path: file.path)
    }

    /// What the graph in the file of these bytes answers.
    static func evaluate(_ bytes: [UInt8], _ values: [String], _ images: Tensor) throws -> [ONNXValue] {
        let file = FileManager.default.temporaryDirectory.appending(path: "graph-\(UUID().uuidString).onnx")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let shape = images.shape
        let area = shape.height * shape.width
        let planes = (0..<shape.count).map { index in
            images.pointer[(index / (3 * area) * area + index % area) * 3 + index / area % 3]
        }
        return try ONNXEvaluation(contentsOf: file.path).values(
            values, for: ONNXValue(shape: [shape.n, 3, shape.height, shape.width], values: planes))
    }
}
