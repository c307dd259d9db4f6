import Diagnostics
import Foundation
import ONNXMessages
import SwiftProtobuf

extension ExportedModel {
    /// The bytes of an ONNX file: input `images`, output `output0`, and the metadata that the field's programs look for.
    ///
    /// - Throws: `Problem` when the file would be larger than the format allows.
    public func onnxFile(_ options: ONNXOptions, program: String) throws -> [UInt8] {
        var layers = ONNXLayers(self, options)
        let input = "images"
        let output = "output0"
        let start =
            options.half ? layers.graph.add("Cast", [input], at: "input", [("to", .int(10))]) : input
        let (corners, strides, scores) = layers.head(try layers.build(from: start))
        if let rule = options.suppression {
            layers.suppressed(corners, strides: strides, scores: scores, by: rule, named: output)
        } else {
            layers.output(corners, strides: strides, scores: scores, named: output)
        }
        var model = Onnx_ModelProto()
        model.irVersion = options.formatVersion
        model.producerName = program.split(separator: " ").first.map(String.init) ?? program
        model.producerVersion = program.split(separator: " ").last.map(String.init) ?? ""
        var operators = Onnx_OperatorSetIdProto()
        operators.version = Int64(options.opset)
        model.opsetImport = [operators]
        model.graph.name = table.architecture
        model.graph.node = layers.graph.nodes
        model.graph.initializer = layers.graph.constants
        model.graph.input = [tensor(input, inputShape(options))]
        model.graph.output = [tensor(output, outputShape(options))]
        model.metadataProps = metadata(options, program: program).map { key, value in
            var entry = Onnx_StringStringEntryProto()
            entry.key = key
            entry.value = value
            return entry
        }
        let size = layers.graph.constants.reduce(0) { $0 + $1.rawData.count }
        guard size < Int(Int32.max) - 1 << 24 else {
            throw Problem(
                "the model has \(size) bytes of weights, more than an ONNX file can hold (2 GB)",
                remedy: "Export it with half=true, or as .pt or safetensors", exit: .badData)
        }
        return try model.serializedBytes()
    }

    private func tensor(_ name: String, _ sides: [Side]) -> Onnx_ValueInfoProto {
        var info = Onnx_ValueInfoProto()
        info.name = name
        info.type.tensorType.elemType = Int32(Onnx_TensorProto.DataType.float.rawValue)
        info.type.tensorType.shape.dim = sides.map { side in
            var dimension = Onnx_TensorShapeProto.Dimension()
            switch side {
            case .of(let count): dimension.dimValue = Int64(count)
            case .any(let name): dimension.dimParam = name
            }
            return dimension
        }
        return info
    }

    /// The extent of a dimension: fixed, or of a name.
    private enum Side {
        case of(Int)
        case any(String)
    }

    private func inputShape(_ options: ONNXOptions) -> [Side] {
        options.isDynamic
            ? [.any("batch"), .of(3), .any("height"), .any("width")]
            : [.of(options.batch), .of(3), .of(options.size.height), .of(options.size.width)]
    }

    private func outputShape(_ options: ONNXOptions) -> [Side] {
        let batch: Side = options.isDynamic ? .any("batch") : .of(options.batch)
        if let rule = options.suppression { return [batch, .of(rule.most), .of(6)] }
        let anchors = strides.reduce(0) { $0 + (options.size.height / $1) * (options.size.width / $1) }
        return [batch, .of(4 + names.count), options.isDynamic ? .any("anchors") : .of(anchors)]
    }
}
