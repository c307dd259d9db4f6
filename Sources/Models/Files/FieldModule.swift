import Documents
import Layers
import Tensors

/// A module of a detector as the field's classes describe it: its class, the attributes that decide what it computes, and
/// the modules that it is made of. Tensors go by the modules' places in the tree.
public struct FieldModule: Sendable {
    /// Full name of the class, such as `torch.nn.modules.conv.Conv2d`.
    public let type: String
    /// What the class adds to every module's attributes, in its order; pairs of numbers are lists.
    public let attributes: [(name: String, value: Node)]
    /// In the order of the class.
    public let children: [(name: String, module: FieldModule)]

    init(
        _ type: String, _ attributes: [(name: String, value: Node)] = [],
        children: [(name: String, module: FieldModule)] = []
    ) {
        self.type = type
        self.attributes = attributes
        self.children = children
    }

    /// `ModuleList` or `Sequential`.
    static func numbered(_ type: String, _ items: [FieldModule]) -> FieldModule {
        FieldModule(
            "torch.nn.modules.container.\(type)", children: items.enumerated().map { (String($0.offset), $0.element) })
    }
}

extension Node {
    static func pair(_ value: Int) -> Node { Node(.list([Node(.int(value)), Node(.int(value))])) }
}

/// Makes the modules from a layer table and the shapes of its weights: sizes of convolutions come from these, strides and
/// paddings from the table.
struct FieldModules {
    let table: LayerTable
    let weights: Weights
    /// Levels of the head.
    let levels: Int

    private static let conv = "ultralytics.nn.modules.conv."
    private static let block = "ultralytics.nn.modules.block."

    /// The `Sequential` of all rows, whose place is `model`.
    var root: FieldModule {
        .numbered("Sequential", table.rows.enumerated().map { index, row in layer(row, "model.\(index)") })
    }

    private func layer(_ row: LayerTable.Row, _ path: String) -> FieldModule {
        let flag = row.arguments.count > 1 ? row.arguments[1].bool : nil
        switch row.module {
        case "Conv": return convolutions(row, path)
        case "C2f": return crossStage(row, path, shortcut: flag ?? false, parts: ["cv1", "cv2"], list: "ModuleList")
        case "C3":
            return crossStage(row, path, shortcut: flag ?? true, parts: ["cv1", "cv2", "cv3"], list: "Sequential")
        case "SPPF": return pooling(path, window: row.arguments.count > 1 ? row.arguments[1].int ?? 5 : 5)
        case "nn.Upsample":
            return FieldModule(
                "torch.nn.modules.upsampling.Upsample",
                [
                    ("name", Node(.string("Upsample"))), ("size", Node(.null)), ("scale_factor", Node(.double(2))),
                    ("mode", Node(.string("nearest"))), ("align_corners", Node(.null)),
                    ("recompute_scale_factor", Node(.null)),
                ])
        case "Concat": return FieldModule(Self.conv + "Concat", [("d", Node(.int(1)))])
        default: return head(path)
        }
    }

    private func convolutions(_ row: LayerTable.Row, _ path: String) -> FieldModule {
        func number(_ position: Int) -> Int? {
            position < row.arguments.count ? row.arguments[position].int : nil
        }
        let stride = number(2) ?? 1
        let repeats = table.repeats(row)
        if repeats == 1 { return block(path, stride: stride, padding: number(3)) }
        return .numbered("Sequential", (0..<repeats).map { block("\(path).\($0)", stride: stride, padding: number(3)) })
    }

    private func crossStage(
        _ row: LayerTable.Row, _ path: String, shortcut: Bool, parts: [String], list: String
    ) -> FieldModule {
        let bottlenecks = (0..<table.repeats(row)).map { index in
            let place = "\(path).m.\(index)"
            let same = shape("\(place).cv1.conv.weight")[1] == shape("\(place).cv2.conv.weight")[0]
            return FieldModule(
                Self.block + "Bottleneck", [("add", Node(.bool(shortcut && same)))],
                children: [("cv1", block("\(place).cv1")), ("cv2", block("\(place).cv2"))])
        }
        let half = Node(.int(shape("\(path).cv1.conv.weight")[0] / 2))
        return FieldModule(
            Self.block + row.module, row.module == "C2f" ? [("c", half)] : [],
            children: parts.map { ($0, block("\(path).\($0)")) } + [("m", .numbered(list, bottlenecks))])
    }

    private func pooling(_ path: String, window: Int) -> FieldModule {
        let pool = FieldModule(
            "torch.nn.modules.pooling.MaxPool2d",
            [
                ("kernel_size", Node(.int(window))), ("stride", Node(.int(1))), ("padding", Node(.int(window / 2))),
                ("dilation", Node(.int(1))), ("return_indices", Node(.bool(false))), ("ceil_mode", Node(.bool(false))),
            ])
        return FieldModule(
            Self.block + "SPPF", [("n", Node(.int(3))), ("add", Node(.bool(false)))],
            children: [("cv1", block("\(path).cv1")), ("cv2", block("\(path).cv2")), ("m", pool)])
    }

    private func head(_ path: String) -> FieldModule {
        func branches(_ name: String) -> FieldModule {
            .numbered(
                "ModuleList",
                (0..<levels).map { level in
                    let place = "\(path).\(name).\(level)"
                    return .numbered(
                        "Sequential", [block("\(place).0"), block("\(place).1"), convolution("\(place).2")])
                })
        }
        let bins = DetectHead.bins
        let decoder = FieldModule(
            Self.block + "DFL", [("c1", Node(.int(bins)))], children: [("conv", convolution("\(path).dfl.conv"))])
        let classes = shape("\(path).cv3.0.2.weight")[0]
        return FieldModule(
            "ultralytics.nn.modules.head.Detect",
            [
                ("nc", Node(.int(classes))), ("nl", Node(.int(levels))), ("reg_max", Node(.int(bins))),
                ("no", Node(.int(classes + 4 * bins))), ("inplace", Node(.bool(true))),
            ], children: [("cv2", branches("cv2")), ("cv3", branches("cv3")), ("dfl", decoder)])
    }

    // MARK: Parts

    private func shape(_ name: String) -> [Int] { weights[name]?.shape ?? [0, 0, 0, 0] }

    /// Convolution, BatchNorm and activation.
    private func block(_ path: String, stride: Int = 1, padding: Int? = nil) -> FieldModule {
        let style = table.style
        let norm = FieldModule(
            "torch.nn.modules.batchnorm.BatchNorm2d",
            [
                ("num_features", Node(.int(shape("\(path).conv.weight")[0]))), ("eps", Node(.double(style.epsilon))),
                ("momentum", Node(.double(style.momentum))), ("affine", Node(.bool(true))),
                ("track_running_stats", Node(.bool(true))),
            ])
        let (name, attributes) = style.activation.module
        let isIdentity = style.activation == .identity
        let activation = FieldModule(
            "torch.nn.modules.\(isIdentity ? "linear" : "activation").\(name)",
            attributes + (isIdentity ? [] : [("inplace", Node(.bool(false)))]))
        return FieldModule(
            Self.conv + "Conv",
            children: [
                ("conv", convolution("\(path).conv", stride: stride, padding: padding)), ("bn", norm),
                ("act", activation),
            ])
    }

    private func convolution(_ path: String, stride: Int = 1, padding: Int? = nil) -> FieldModule {
        let shape = shape("\(path).weight")
        let around = padding ?? shape[2] / 2
        return FieldModule(
            "torch.nn.modules.conv.Conv2d",
            [
                ("in_channels", Node(.int(shape[1]))), ("out_channels", Node(.int(shape[0]))),
                ("kernel_size", .pair(shape[2])), ("stride", .pair(stride)), ("padding", .pair(around)),
                ("dilation", .pair(1)), ("transposed", Node(.bool(false))), ("output_padding", .pair(0)),
                ("groups", Node(.int(1))), ("padding_mode", Node(.string("zeros"))),
                ("_reversed_padding_repeated_twice", Node(.list([Node](repeating: Node(.int(around)), count: 4)))),
            ])
    }
}

extension Detector {
    /// The modules that the field's classes would make of this model, from the list of layers on.
    public var modules: FieldModule { FieldModules(table: table, weights: weights, levels: strides.count).root }
}
