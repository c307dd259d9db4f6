import Diagnostics
import Foundation
import ONNXMessages

/// One operator of a graph.
///
/// Source: https://onnx.ai/onnx/operators.
struct ONNXOperator {
    let node: Onnx_NodeProto

    init(_ node: Onnx_NodeProto) { self.node = node }

    func integers(_ name: String) -> [Int] {
        node.attribute.first { $0.name == name }?.ints.map { Int($0) } ?? []
    }

    func integer(_ name: String) -> Int { node.attribute.first { $0.name == name }.map { Int($0.i) } ?? 0 }

    func callAsFunction(_ x: [ONNXValue]) throws -> [ONNXValue] {
        switch node.opType {
        case "Conv": [convolution(x)]
        case "MaxPool": [pooled(x[0])]
        case "Resize": [enlarged(x[0])]
        case "Sigmoid": [applied(x[0]) { 1 / (1 + exp(-$0)) }]
        case "Relu": [applied(x[0]) { max($0, 0) }]
        case "LeakyRelu": [applied(x[0]) { $0 < 0 ? $0 * number("alpha") : $0 }]
        case "HardSigmoid": [applied(x[0]) { min(max($0 * number("alpha") + number("beta"), 0), 1) }]
        case "Add": [combined(x, +)]
        case "Sub": [combined(x, -)]
        case "Mul": [combined(x, *)]
        case "Div": [combined(x, /)]
        case "Concat": [joined(x)]
        case "Split": split(x)
        case "Slice": [sliced(x)]
        case "Reshape": [reshaped(x)]
        case "Transpose": [transposed(x[0])]
        case "Softmax": [softened(x[0])]
        case "Cast": [ONNXValue(shape: x[0].shape, values: x[0].values, isHalf: integer("to") == 10)]
        case "Shape": [ONNXValue(shape: [x[0].shape.count], values: x[0].shape.map { Float($0) })]
        case "Gather": [ONNXValue(shape: x[1].shape, values: x[1].integers.map { x[0].values[$0] })]
        case "Range": [range(x)]
        case "Unsqueeze": [unsqueezed(x)]
        case "Expand": [x[0].broadcast(to: x[1].integers)]
        case "ArgMax": [best(x[0])]
        case "OneHot": [marked(x)]
        default: throw Problem("operator \(node.opType) is not known to the comparison", exit: .internalError)
        }
    }

    private func number(_ name: String) -> Float { node.attribute.first { $0.name == name }?.f ?? 0 }

    private func applied(_ x: ONNXValue, _ function: (Float) -> Float) -> ONNXValue {
        ONNXValue(shape: x.shape, values: x.values.map(function), isHalf: x.isHalf)
    }

    private func combined(_ x: [ONNXValue], _ operation: (Float, Float) -> Float) -> ONNXValue {
        let count = max(x[0].shape.count, x[1].shape.count)
        func padded(_ shape: [Int]) -> [Int] { [Int](repeating: 1, count: count - shape.count) + shape }
        let target = zip(padded(x[0].shape), padded(x[1].shape)).map { max($0, $1) }
        let (a, b) = (x[0].broadcast(to: target).values, x[1].broadcast(to: target).values)
        return ONNXValue(
            shape: target, values: a.indices.map { operation(a[$0], b[$0]) }, isHalf: x[0].isHalf || x[1].isHalf)
    }

    private func joined(_ x: [ONNXValue]) -> ONNXValue {
        let axis = integer("axis")
        var shape = x[0].shape
        shape[axis] = x.reduce(0) { $0 + $1.shape[axis] }
        var values: [Float] = []
        for outer in 0..<shape[..<axis].reduce(1, *) {
            for part in x {
                let length = part.shape[axis...].reduce(1, *)
                values += part.values[outer * length..<(outer + 1) * length]
            }
        }
        return ONNXValue(shape: shape, values: values, isHalf: x[0].isHalf)
    }

    private func split(_ x: [ONNXValue]) -> [ONNXValue] {
        let axis = integer("axis")
        var start = 0
        return (x.count > 1 ? x[1].integers : integers("split")).map { size in
            defer { start += size }
            return part(of: x[0], axis, start..<start + size)
        }
    }

    private func part(of x: ONNXValue, _ axis: Int, _ range: Range<Int>) -> ONNXValue {
        var shape = x.shape
        shape[axis] = range.count
        let start = range.lowerBound * x.strides[axis]
        return ONNXValue(shape: shape, values: x.gathered(shape, x.strides, from: start), isHalf: x.isHalf)
    }

    /// Start, end and axes; steps are 1.
    private func sliced(_ x: [ONNXValue]) -> ONNXValue {
        zip(x[3].integers, zip(x[1].integers, x[2].integers)).reduce(x[0]) { value, cut in
            part(of: value, cut.0, cut.1.0..<min(cut.1.1, value.shape[cut.0]))
        }
    }

    private func reshaped(_ x: [ONNXValue]) -> ONNXValue {
        var shape = x[1].integers.enumerated().map { $0.element == 0 ? x[0].shape[$0.offset] : $0.element }
        let known = shape.filter { $0 > 0 }.reduce(1, *)
        if let open = shape.firstIndex(of: -1) { shape[open] = x[0].values.count / max(known, 1) }
        return ONNXValue(shape: shape, values: x[0].values, isHalf: x[0].isHalf)
    }

    private func transposed(_ x: ONNXValue) -> ONNXValue {
        let order = integers("perm")
        let shape = order.map { x.shape[$0] }
        let steps = order.map { x.strides[$0] }
        return ONNXValue(shape: shape, values: x.gathered(shape, steps), isHalf: x.isHalf)
    }

    private func softened(_ x: ONNXValue) -> ONNXValue {
        let (outer, count, inner) = x.around(integer("axis"))
        var values = x.values
        for start in 0..<outer {
            for place in 0..<inner {
                let row = (0..<count).map { (start * count + $0) * inner + place }
                let most = row.reduce(-Float.infinity) { max($0, values[$1]) }
                let powers = row.map { exp(values[$0] - most) }
                let sum = powers.reduce(0, +)
                for (index, power) in zip(row, powers) { values[index] = power / sum }
            }
        }
        return ONNXValue(shape: x.shape, values: values, isHalf: x.isHalf)
    }

    private func range(_ x: [ONNXValue]) -> ONNXValue {
        let values = Array(stride(from: x[0].values[0], to: x[1].values[0], by: x[2].values[0]))
        return ONNXValue(shape: [values.count], values: values)
    }

    private func unsqueezed(_ x: [ONNXValue]) -> ONNXValue {
        var shape = x[0].shape
        for axis in x.count > 1 ? x[1].integers : integers("axes") { shape.insert(1, at: axis) }
        return ONNXValue(shape: shape, values: x[0].values)
    }

    /// Along axis 1, which goes.
    private func best(_ x: ONNXValue) -> ONNXValue {
        let (outer, count, inner) = x.around(1)
        let values = (0..<outer * inner).map { place -> Float in
            let start = place / inner * count * inner + place % inner
            var best = 0
            for index in 1..<max(count, 1) where x.values[start + index * inner] > x.values[start + best * inner] {
                best = index
            }
            return Float(best)
        }
        return ONNXValue(shape: [outer, inner], values: values)
    }

    /// Along a new axis 1.
    private func marked(_ x: [ONNXValue]) -> ONNXValue {
        let (outer, inner, count) = (x[0].shape[0], x[0].shape[1], x[1].integers[0])
        var values = [Float](repeating: x[2].values[0], count: outer * count * inner)
        for (place, index) in x[0].integers.enumerated() {
            values[(place / inner * count + index) * inner + place % inner] = x[2].values[1]
        }
        return ONNXValue(shape: [outer, count, inner], values: values)
    }
}
