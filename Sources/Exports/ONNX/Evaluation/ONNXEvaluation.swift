import Diagnostics
import Foundation
import ONNXMessages
import SwiftProtobuf

/// Computes a graph of this program as any runtime would, operator by operator, to compare a written file with its model.
///
/// It shares nothing with the layers of this program but the product of matrices, and knows the operators of graphs without
/// suppression; it is plain and slow.
public struct ONNXEvaluation {
    private let model: Onnx_ModelProto
    private let path: String
    private var values: [String: ONNXValue] = [:]

    /// Reads a file.
    ///
    /// - Throws: `Problem` when it is damaged.
    public init(contentsOf path: String) throws {
        try self.init(path: path) { try [UInt8](Data(contentsOf: URL(filePath: path))) }
    }

    /// Reads what would be a file.
    ///
    /// - Parameter path: the file in messages.
    public init(_ bytes: [UInt8], path: String) throws { try self.init(path: path) { bytes } }

    private init(path: String, _ bytes: () throws -> [UInt8]) throws {
        self.path = path
        do {
            model = try Onnx_ModelProto(serializedBytes: try bytes())
        } catch {
            throw Problem("cannot be read back as ONNX: \(error)", file: path, remedy: "Export it again")
        }
        for tensor in model.graph.initializer { values[tensor.name] = try value(of: tensor) }
    }

    /// Whether suppression is in the graph.
    public var suppresses: Bool { model.graph.node.contains { $0.opType == "NonMaxSuppression" } }

    /// What goes into suppression: corners and probabilities.
    public static let beforeSuppression = [ONNXLayers.boxes, ONNXLayers.scores]

    /// Values of the graph for an input.
    ///
    /// - Throws: `Problem` when the graph has an operator that is not known here.
    public func values(_ names: [String], for images: ONNXValue) throws -> [ONNXValue] {
        var values = values
        values["images"] = images
        // Maps go when nobody asks for them any more: all of them together would not fit into memory.
        var lastUse: [String: Int] = [:]
        for (place, node) in model.graph.node.enumerated() {
            for name in node.input { lastUse[name] = place }
        }
        for (place, node) in model.graph.node.enumerated() where names.contains(where: { values[$0] == nil }) {
            let inputs = node.input.map { values[$0] ?? ONNXValue(shape: [0], values: []) }
            guard node.input.allSatisfy({ $0.isEmpty || values[$0] != nil }) else {
                throw Problem("node \(node.name) comes before its input", file: path, exit: .internalError)
            }
            let results = try ONNXOperator(node).callAsFunction(inputs)
            for (name, result) in zip(node.output, results) { values[name] = result }
            for name in node.input where lastUse[name] == place && !names.contains(name) { values[name] = nil }
        }
        return try names.map { name in
            guard let value = values[name] else {
                throw Problem("has no value '\(name)'", file: path, exit: .internalError)
            }
            return value
        }
    }

    private func value(of tensor: Onnx_TensorProto) throws -> ONNXValue {
        let shape = tensor.dims.map { Int($0) }
        let bytes = [UInt8](tensor.rawData)
        func numbers<Stored: BitwiseCopyable>(_ type: Stored.Type, _ convert: (Stored) -> Float) -> [Float] {
            bytes.withUnsafeBytes { raw in
                (0..<raw.count / MemoryLayout<Stored>.size).map {
                    convert(raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Stored>.size, as: Stored.self))
                }
            }
        }
        switch Onnx_TensorProto.DataType(rawValue: Int(tensor.dataType)) {
        case .float: return ONNXValue(shape: shape, values: numbers(UInt32.self) { Float(bitPattern: $0) })
        case .float16:
            let values = numbers(UInt16.self) { Float(Float16(bitPattern: $0)) }
            return ONNXValue(shape: shape, values: values, isHalf: true)
        case .int64: return ONNXValue(shape: shape, values: numbers(Int64.self) { Float($0) })
        default: throw Problem("has numbers of an unknown type", file: path, exit: .internalError)
        }
    }
}
