import Checkpoints
import Foundation
import Models

extension Golden {
    /// The model of the golden directory: its only `.pt`.
    public static func model() throws -> Detector {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".pt") }
        guard let name = names.first else { fatalError("no .pt in \(directory)") }
        let file = try ModelFile.read("\(directory)/\(name)")
        guard let document = file.table, let classes = file.names else { fatalError("\(name) has no table") }
        let table = try LayerTable(document: document)
        let weights = file.weights.mapValues { ($0.shape, $0.values) }
        let width = Detector.classWidth(in: weights, headLayer: table.rows.count - 1)
        let model = try Detector(table: table, classNames: classes, classWidth: width)
        try model.load(weights, rows: Dictionary(uniqueKeysWithValues: classes.indices.map { ($0, $0) }), file: name)
        return model
    }

    /// What `manifest.json` says about a file beside its tensors.
    public static func notes(_ name: String) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(filePath: "\(directory)/manifest.json"))
        let manifest = try JSONSerialization.jsonObject(with: data) as? [String: [String: Any]]
        return manifest?[name]?["notes"] as? [String: Any] ?? [:]
    }
}
