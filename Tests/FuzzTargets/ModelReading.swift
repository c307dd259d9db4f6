import Checkpoints
import Documents
import Foundation
import Models

/// Readers of models and of what belongs to them.
enum ModelReading {
    static func torch(_ bytes: [UInt8]) throws { _ = try ModelFile.read(ScratchFile.write("model.pt", bytes)) }

    static func safeTensors(_ bytes: [UInt8]) throws {
        let tensors = try SafeTensors(bytes: bytes, path: "model.safetensors")
        let model = try ModelFile(tensors, path: "model.safetensors")
        if let table = model.table { try build(LayerTable(document: table), model.names) }
    }

    static func table(_ bytes: [UInt8]) throws {
        try build(LayerTable(document: YAML.parse(bytes: bytes, file: "table.yaml")), ["fire", "smoke"])
    }

    /// A model of some gigabytes is none that tells anything.
    private static func build(_ table: LayerTable, _ names: [String]?) throws {
        guard table.rows.count <= 40, table.rows.allSatisfy({ $0.repeats <= 10 }) else { return }
        _ = try Detector(table: table, classNames: names ?? ["fire", "smoke"])
    }

    static func convolutions(_ bytes: [UInt8]) throws {
        _ = try ConvolutionRecord(Data(bytes), source: "convolutions.json").choices
    }
}
