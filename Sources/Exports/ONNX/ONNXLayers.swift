import Checkpoints
import Diagnostics
import Layers
import Models
import Tensors

/// The rows of a detector's table as nodes of a graph, BatchNorm folded into the convolutions.
///
/// Source: operators of https://onnx.ai/onnx/operators.
struct ONNXLayers {
    let model: ExportedModel
    let options: ONNXOptions
    var graph = ONNXGraph()

    init(_ model: ExportedModel, _ options: ONNXOptions) {
        self.model = model
        self.options = options
    }

    /// Adds all rows but the last; returns the names of the maps that the head takes.
    mutating func build(from images: String) throws -> [String] {
        var results: [String] = []
        for (index, row) in model.table.rows.enumerated() {
            let inputs = row.from.map { from in
                let source = from < 0 ? index + from : from
                return source < 0 ? images : results[source]
            }
            if index == model.table.rows.count - 1 { return inputs }
            results.append(try layer(row, "model.\(index)", inputs))
        }
        return []
    }

    private mutating func layer(_ row: LayerTable.Row, _ path: String, _ inputs: [String]) throws -> String {
        let flag = row.arguments.count > 1 ? row.arguments[1].bool : nil
        let repeats = model.table.repeats(row)
        func number(_ position: Int) -> Int? {
            position < row.arguments.count ? row.arguments[position].int : nil
        }
        switch row.module {
        case "Conv":
            let stride = number(2) ?? 1
            if repeats == 1 { return block(inputs[0], path, stride: stride, padding: number(3)) }
            return (0..<repeats).reduce(inputs[0]) {
                block($0, "\(path).\($1)", stride: stride, padding: number(3))
            }
        case "C2f": return split(inputs[0], path, repeats: repeats, shortcut: flag ?? false)
        case "C3": return branched(inputs[0], path, repeats: repeats, shortcut: flag ?? true)
        case "SPPF": return pooled(inputs[0], path, window: number(1) ?? 5)
        case "nn.Upsample":
            return graph.add(
                "Resize", [inputs[0], noRegion, graph.constant([1, 1, 2, 2], shape: [4])], at: path,
                [
                    ("mode", .text("nearest")), ("coordinate_transformation_mode", .text("asymmetric")),
                    ("nearest_mode", .text("floor")),
                ])
        case "Concat": return graph.add("Concat", inputs, at: path, [("axis", .int(1))])
        default: throw Problem("\(row.module) has no place in an ONNX file", exit: .internalError)
        }
    }

    /// What Resize takes for the region that it does not look at; since operators 13 it may be left out.
    private var noRegion: String {
        mutating get { options.opset < 13 ? graph.constant([Float](), shape: [0]) : "" }
    }

    private mutating func split(_ x: String, _ path: String, repeats: Int, shortcut: Bool) -> String {
        let first = block(x, "\(path).cv1")
        let half = shape("\(path).cv1.conv.weight")[0] / 2
        var parts =
            options.opset < 13
            ? graph.add("Split", [first], at: path, [("axis", .int(1)), ("split", .ints([half, half]))], count: 2)
            : graph.add("Split", [first, graph.constant([half, half])], at: path, [("axis", .int(1))], count: 2)
        for index in 0..<repeats {
            parts.append(bottleneck(parts[parts.count - 1], "\(path).m.\(index)", shortcut: shortcut))
        }
        return block(graph.add("Concat", parts, at: path, [("axis", .int(1))]), "\(path).cv2")
    }

    private mutating func branched(_ x: String, _ path: String, repeats: Int, shortcut: Bool) -> String {
        let first = (0..<repeats).reduce(block(x, "\(path).cv1")) {
            bottleneck($0, "\(path).m.\($1)", shortcut: shortcut)
        }
        let both = graph.add("Concat", [first, block(x, "\(path).cv2")], at: path, [("axis", .int(1))])
        return block(both, "\(path).cv3")
    }

    private mutating func bottleneck(_ x: String, _ path: String, shortcut: Bool) -> String {
        let result = block(block(x, "\(path).cv1"), "\(path).cv2")
        let isSame = shape("\(path).cv1.conv.weight")[1] == shape("\(path).cv2.conv.weight")[0]
        return shortcut && isSame ? graph.add("Add", [x, result], at: path) : result
    }

    private mutating func pooled(_ x: String, _ path: String, window: Int) -> String {
        var parts = [block(x, "\(path).cv1")]
        for _ in 0..<3 {
            parts.append(
                graph.add(
                    "MaxPool", [parts[parts.count - 1]], at: "\(path).m",
                    [
                        ("kernel_shape", .ints([window, window])), ("strides", .ints([1, 1])), ("ceil_mode", .int(0)),
                        ("pads", .ints([Int](repeating: window / 2, count: 4))),
                    ]))
        }
        return block(graph.add("Concat", parts, at: path, [("axis", .int(1))]), "\(path).cv2")
    }

    // MARK: Parts

    /// `x` with a new dimension.
    mutating func unsqueezed(_ x: String, axis: Int, at path: String) -> String {
        options.opset < 13
            ? graph.add("Unsqueeze", [x], at: path, [("axes", .ints([axis]))])
            : graph.add("Unsqueeze", [x, graph.constant([axis])], at: path)
    }

    private func shape(_ name: String) -> [Int] { model.entries[name]?.shape ?? [0, 0, 0, 0] }

    private func values(_ name: String) -> [Float] { model.entries[name]?.values ?? [] }

    /// Convolution with its BatchNorm folded in, and activation.
    mutating func block(_ x: String, _ path: String, stride: Int = 1, padding: Int? = nil) -> String {
        let weights = values("\(path).conv.weight")
        let scale = zip(values("\(path).bn.weight"), values("\(path).bn.running_var")).map {
            Double($0) / (Double($1) + Double(Float(model.table.style.epsilon))).squareRoot()
        }
        let shift = zip(values("\(path).bn.bias"), values("\(path).bn.running_mean"))
        let bias = zip(shift, scale).map { Float(Double($0.0) - Double($0.1) * $1) }
        let perOutput = weights.count / max(scale.count, 1)
        let folded = weights.indices.map { Float(Double(weights[$0]) * scale[$0 / perOutput]) }
        let result = convolution(x, "\(path).conv", folded, bias, stride: stride, padding: padding)
        return activated(result, "\(path).act")
    }

    private mutating func activated(_ x: String, _ path: String) -> String {
        switch model.table.style.activation {
        case .identity: return x
        case .silu: return graph.add("Mul", [x, graph.add("Sigmoid", [x], at: path)], at: path)
        case .relu: return graph.add("Relu", [x], at: path)
        case .leakyReLU(let slope): return graph.add("LeakyRelu", [x], at: path, [("alpha", .float(slope))])
        case .hardSwish:
            // The operator of this name is younger than the oldest version that is written.
            let gate = graph.add("HardSigmoid", [x], at: path, [("alpha", .float(1.0 / 6)), ("beta", .float(0.5))])
            return graph.add("Mul", [x, gate], at: path)
        }
    }

    /// A convolution as the file has it.
    mutating func plain(_ x: String, _ path: String) -> String {
        convolution(x, path, values("\(path).weight"), values("\(path).bias"), stride: 1, padding: nil)
    }

    private mutating func convolution(
        _ x: String, _ path: String, _ weights: [Float], _ bias: [Float], stride: Int, padding: Int?
    ) -> String {
        let shape = shape("\(path).weight")
        let around = padding ?? shape[2] / 2
        var inputs = [x, graph.constant("\(path).weight", weights, shape: shape, half: options.half)]
        if !bias.isEmpty {
            inputs.append(graph.constant("\(path).bias", bias, shape: [bias.count], half: options.half))
        }
        return graph.add(
            "Conv", inputs, at: path,
            [
                ("dilations", .ints([1, 1])), ("group", .int(1)), ("kernel_shape", .ints([shape[2], shape[3]])),
                ("pads", .ints([Int](repeating: around, count: 4))), ("strides", .ints([stride, stride])),
            ])
    }
}
