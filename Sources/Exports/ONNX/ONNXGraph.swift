import Foundation
import ONNXMessages

/// A graph that grows node by node.
struct ONNXGraph {
    /// A constant property of a node.
    enum Attribute {
        case int(Int)
        case ints([Int])
        case float(Float)
        case text(String)
    }

    private(set) var nodes: [Onnx_NodeProto] = []
    private(set) var constants: [Onnx_TensorProto] = []
    private var known: [String: String] = [:]
    private var names: [String: Int] = [:]

    /// Adds a node with one result and returns the result's name.
    @discardableResult
    mutating func add(
        _ type: String, _ inputs: [String], at place: String, _ attributes: [(String, Attribute)] = [],
        output: String? = nil
    ) -> String {
        add(type, inputs, at: place, attributes, outputs: output.map { [$0] }, count: 1)[0]
    }

    /// Adds a node with several results.
    mutating func add(
        _ type: String, _ inputs: [String], at place: String, _ attributes: [(String, Attribute)] = [],
        outputs: [String]? = nil, count: Int
    ) -> [String] {
        var node = Onnx_NodeProto()
        node.name = unique("\(place)/\(type)")
        node.opType = type
        node.input = inputs
        let name = node.name
        node.output = outputs ?? (0..<count).map { "\(name)_output_\($0)" }
        node.attribute = attributes.map(Self.message)
        nodes.append(node)
        return node.output
    }

    private mutating func unique(_ name: String) -> String {
        let number = names[name, default: 0]
        names[name] = number + 1
        return number == 0 ? name : "\(name)_\(number)"
    }

    private static func message(_ name: String, _ value: Attribute) -> Onnx_AttributeProto {
        var attribute = Onnx_AttributeProto()
        attribute.name = name
        switch value {
        case .int(let value):
            attribute.type = .int
            attribute.i = Int64(value)
        case .ints(let values):
            attribute.type = .ints
            attribute.ints = values.map { Int64($0) }
        case .float(let value):
            attribute.type = .float
            attribute.f = value
        case .text(let value):
            attribute.type = .string
            attribute.s = Data(value.utf8)
        }
        return attribute
    }

    /// Adds constant numbers under a name.
    @discardableResult
    mutating func constant(_ name: String, _ values: [Float], shape: [Int], half: Bool = false) -> String {
        var tensor = Onnx_TensorProto()
        tensor.name = name
        tensor.dims = shape.map { Int64($0) }
        if half {
            tensor.dataType = Int32(Onnx_TensorProto.DataType.float16.rawValue)
            let halves = values.map { Float16($0.withinHalf).bitPattern.littleEndian }
            tensor.rawData = halves.withUnsafeBytes { Data($0) }
        } else {
            tensor.dataType = Int32(Onnx_TensorProto.DataType.float.rawValue)
            tensor.rawData = values.withUnsafeBytes { Data($0) }
        }
        constants.append(tensor)
        return name
    }

    /// Constant numbers without a name of their own; equal ones are kept once.
    mutating func constant(_ values: [Float], shape: [Int] = []) -> String {
        let key = "f\(values.map(\.bitPattern))\(shape)"
        if let name = known[key] { return name }
        let name = constant("number_\(known.count)", values, shape: shape)
        known[key] = name
        return name
    }

    /// Whole numbers, in a row unless `isScalar`; equal ones are kept once.
    mutating func constant(_ values: [Int], isScalar: Bool = false) -> String {
        let key = "i\(values)\(isScalar)"
        if let name = known[key] { return name }
        var tensor = Onnx_TensorProto()
        tensor.name = "whole_\(known.count)"
        tensor.dims = isScalar ? [] : [Int64(values.count)]
        tensor.dataType = Int32(Onnx_TensorProto.DataType.int64.rawValue)
        tensor.rawData = values.map { Int64($0).littleEndian }.withUnsafeBytes { Data($0) }
        constants.append(tensor)
        known[key] = tensor.name
        return tensor.name
    }
}
