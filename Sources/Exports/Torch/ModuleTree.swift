import Checkpoints
import Diagnostics
import Models

/// The modules of a detector as Ultralytics' classes, made from its layer table and its weights.
///
/// Sizes of convolutions come from their weights, strides and paddings from the table.
struct ModuleTree {
    let model: ExportedModel
    let half: Bool

    private static let conv = "ultralytics.nn.modules.conv."
    private static let block = "ultralytics.nn.modules.block."

    /// Every row of the table, wrapped as the field has it.
    func layers() throws -> [ModuleObject] {
        try model.table.rows.enumerated().map { index, row in
            var layer = try layer(row, "model.\(index)")
            let from: PickleTree = row.from.count == 1 ? .int(row.from[0]) : .list(row.from.map { .int($0) })
            let prefix = "model.\(index)."
            let count = model.weights.reduce(0) { sum, item in
                let isBuffer = item.name.contains("running_") || item.weight.integers != nil
                return item.name.hasPrefix(prefix) && !isBuffer ? sum + item.weight.values.count : sum
            }
            layer.attributes += [("np", .int(count)), ("i", .int(index)), ("f", from), ("type", .string(layer.type))]
            return layer
        }
    }

    private func layer(_ row: LayerTable.Row, _ path: String) throws -> ModuleObject {
        let flag = row.arguments.count > 1 ? row.arguments[1].bool : nil
        switch row.module {
        case "Conv": return convolutions(row, path)
        case "C2f": return crossStage(row, path, shortcut: flag ?? false, parts: ["cv1", "cv2"], list: "ModuleList")
        case "C3":
            return crossStage(row, path, shortcut: flag ?? true, parts: ["cv1", "cv2", "cv3"], list: "Sequential")
        case "SPPF": return pooling(path, window: row.arguments.count > 1 ? row.arguments[1].int ?? 5 : 5)
        case "nn.Upsample":
            return ModuleObject(
                "torch.nn.modules.upsampling.Upsample",
                [
                    ("name", "Upsample"), ("size", .none), ("scale_factor", .double(2)), ("mode", "nearest"),
                    ("align_corners", .none), ("recompute_scale_factor", .none),
                ])
        case "Concat": return ModuleObject(Self.conv + "Concat", [("d", 1)])
        case "Detect": return head(path)
        default: throw Problem("\(row.module) has no place in a .pt file", exit: .internalError)
        }
    }

    private func convolutions(_ row: LayerTable.Row, _ path: String) -> ModuleObject {
        func number(_ position: Int) -> Int? {
            position < row.arguments.count ? row.arguments[position].int : nil
        }
        let stride = number(2) ?? 1
        let repeats = model.table.repeats(row)
        if repeats == 1 { return block(path, stride: stride, padding: number(3)) }
        return .numbered("Sequential", (0..<repeats).map { block("\(path).\($0)", stride: stride, padding: number(3)) })
    }

    private func crossStage(
        _ row: LayerTable.Row, _ path: String, shortcut: Bool, parts: [String], list: String
    ) -> ModuleObject {
        let bottlenecks = (0..<model.table.repeats(row)).map { index in
            let place = "\(path).m.\(index)"
            let same = shape("\(place).cv1.conv.weight")[1] == shape("\(place).cv2.conv.weight")[0]
            return ModuleObject(
                Self.block + "Bottleneck", [("add", .bool(shortcut && same))],
                children: [("cv1", block("\(place).cv1")), ("cv2", block("\(place).cv2"))])
        }
        var object = ModuleObject(
            Self.block + row.module,
            children: parts.map { ($0, block("\(path).\($0)")) } + [("m", .numbered(list, bottlenecks))])
        if row.module == "C2f" { object.attributes.append(("c", .int(shape("\(path).cv1.conv.weight")[0] / 2))) }
        return object
    }

    private func pooling(_ path: String, window: Int) -> ModuleObject {
        let pool = ModuleObject(
            "torch.nn.modules.pooling.MaxPool2d",
            [
                ("kernel_size", .int(window)), ("stride", 1), ("padding", .int(window / 2)), ("dilation", 1),
                ("return_indices", false), ("ceil_mode", false),
            ])
        return ModuleObject(
            Self.block + "SPPF", [("n", 3), ("add", false)],
            children: [("cv1", block("\(path).cv1")), ("cv2", block("\(path).cv2")), ("m", pool)])
    }

    private func head(_ path: String) -> ModuleObject {
        let levels = model.strides.indices
        func branches(_ name: String) -> ModuleObject {
            .numbered(
                "ModuleList",
                levels.map { level in
                    let place = "\(path).\(name).\(level)"
                    return .numbered(
                        "Sequential", [block("\(place).0"), block("\(place).1"), convolution("\(place).2")])
                })
        }
        let bins = Detector.bins
        let decoder = ModuleObject(
            Self.block + "DFL", [("c1", .int(bins))], children: [("conv", convolution("\(path).dfl.conv"))])
        let strides = model.strides.map { Float($0) }
        let stride: PickleTree = .tensor(
            model.entry(Weight(shape: [strides.count], values: strides), half: half))
        let classes = model.names.count
        return ModuleObject(
            "ultralytics.nn.modules.head.Detect",
            [
                ("nc", .int(classes)), ("nl", .int(levels.count)), ("reg_max", .int(bins)),
                ("no", .int(classes + 4 * bins)), ("stride", stride), ("inplace", true),
            ], children: [("cv2", branches("cv2")), ("cv3", branches("cv3")), ("dfl", decoder)])
    }

    // MARK: Parts

    private func shape(_ name: String) -> [Int] { model.entries[name]?.shape ?? [0, 0, 0, 0] }

    private func tensor(_ name: String) -> SafeTensors.Entry {
        model.entry(model.entries[name] ?? Weight(shape: [], values: [0]), half: half)
    }

    /// Convolution, BatchNorm and activation.
    private func block(_ path: String, stride: Int = 1, padding: Int? = nil) -> ModuleObject {
        let channels = shape("\(path).conv.weight")[0]
        var norm = ModuleObject(
            "torch.nn.modules.batchnorm.BatchNorm2d",
            [
                ("num_features", .int(channels)), ("eps", .double(0.001)), ("momentum", .double(0.03)),
                ("affine", true), ("track_running_stats", true),
            ])
        norm.parameters = ["weight", "bias"].map { ($0, .parameter(tensor("\(path).bn.\($0)"))) }
        norm.buffers = ["running_mean", "running_var", "num_batches_tracked"].map {
            ($0, .tensor(tensor("\(path).bn.\($0)")))
        }
        let activation = ModuleObject("torch.nn.modules.activation.SiLU", [("inplace", false)])
        return ModuleObject(
            Self.conv + "Conv",
            children: [
                ("conv", convolution("\(path).conv", stride: stride, padding: padding)), ("bn", norm),
                ("act", activation),
            ])
    }

    private func convolution(_ path: String, stride: Int = 1, padding: Int? = nil) -> ModuleObject {
        let shape = shape("\(path).weight")
        let around = padding ?? shape[2] / 2
        var convolution = ModuleObject(
            "torch.nn.modules.conv.Conv2d",
            [
                ("in_channels", .int(shape[1])), ("out_channels", .int(shape[0])), ("kernel_size", .pair(shape[2])),
                ("stride", .pair(stride)), ("padding", .pair(around)), ("dilation", .pair(1)), ("transposed", false),
                ("output_padding", .pair(0)), ("groups", 1), ("padding_mode", "zeros"),
                ("_reversed_padding_repeated_twice", .tuple([Int](repeating: around, count: 4).map { .int($0) })),
            ])
        let bias: PickleTree = model.entries["\(path).bias"] == nil ? .none : .parameter(tensor("\(path).bias"))
        convolution.parameters = [("weight", .parameter(tensor("\(path).weight"))), ("bias", bias)]
        return convolution
    }
}
