import Diagnostics
import Documents
import Layers

/// How large a layer table may make a model: far above the field's largest, far below what memory and arithmetic hold.
enum LayerLimits {
    /// Channels of a row's result.
    static let channels = 1 << 16
    /// Side of a convolution's or a pool's window, and its stride.
    static let window = 64
    /// Input pixels per cell of the coarsest map: that of a head with a sixth level.
    static let stride = 64
    /// Parameters of the whole model.
    static let parameters = 500_000_000
}

/// Builds the rows of a layer table, following channels and strides from row to row.
///
/// A new kind of row is one case in `block`.
struct LayerBuilder {
    let table: LayerTable
    let weights: Weights
    private(set) var blocks: [any LayerBlock] = []
    private(set) var sources: [[Int]] = []
    /// Output channels of the rows so far.
    private(set) var channels: [Int] = []
    /// Input pixels per cell of the rows so far.
    private(set) var strides: [Int] = []

    init(table: LayerTable, weights: Weights) {
        self.table = table
        self.weights = weights
    }

    /// Builds all rows but the last, and the head from the last.
    ///
    /// - Throws: `Problem` naming the row that cannot be built.
    mutating func build(classCount: Int, classWidth: Int?) throws -> DetectHead {
        let rows = table.rows
        guard rows.count > 1, let last = rows.last, last.module == "Detect" else {
            let last = rows.last.map { "ends with \(Node.printable($0.module)), not with Detect" } ?? "has no rows"
            throw Problem(
                "the layer table \(last)",
                remedy: "Use a detection model of YOLOv8 or YOLOv5u, not one for classification, segmentation or poses")
        }
        for (index, row) in rows.dropLast().enumerated() {
            let from = try sources(of: row, index)
            let block = try block(row, index, from)
            blocks.append(block)
            sources.append(from)
            channels.append(block.outputs)
            strides.append(try stride(after: row, index, from))
            try checkSize(index)
        }
        let from = try sources(of: last, rows.count - 1)
        sources.append(from)
        let head = DetectHead(
            inputs: from.map { channels[$0] }, classCount: classCount, classWidth: classWidth,
            strides: from.map { strides[$0] }, style: table.style, in: weights.scope / "model" / (rows.count - 1))
        try checkSize(rows.count - 1)
        return head
    }

    private func checkSize(_ index: Int) throws {
        let isNarrow = channels.allSatisfy { $0 <= LayerLimits.channels }
        guard isNarrow, weights.parameterCount <= LayerLimits.parameters else {
            throw problem(index, "makes the model larger than \(LayerLimits.parameters) parameters")
        }
    }

    private func problem(_ index: Int, _ message: String) -> Problem {
        Problem(
            "row \(index) of the layer table \(message)",
            remedy: "Compare it with a table that works, such as the field's yolov8.yaml")
    }

    /// Absolute layer numbers, −1 standing for the input of the model.
    private func sources(of row: LayerTable.Row, _ index: Int) throws -> [Int] {
        guard !row.from.isEmpty else { throw problem(index, "takes its input from nowhere") }
        return try row.from.map { from in
            guard from >= -index || (index == 0 && from == -1), from < index else {
                throw problem(index, "takes its input from layer \(from)")
            }
            return from < 0 ? index + from : from
        }
    }

    private func block(_ row: LayerTable.Row, _ index: Int, _ from: [Int]) throws -> any LayerBlock {
        try checkArguments(row, index)
        let place = weights.scope / "model" / index
        let inputs = from.map { $0 < 0 ? 3 : channels[$0] }
        let flag = row.arguments.count > 1 ? row.arguments[1].bool : nil
        switch row.module {
        case "Conv": return try convolutions(row, index, inputs[0], in: place)
        case "C2f":
            return C2f(
                inputs[0], try outputs(row, index), depth: table.repeats(row), shortcut: flag ?? false,
                style: table.style, in: place)
        case "C3":
            return C3(
                inputs[0], try outputs(row, index), depth: table.repeats(row), shortcut: flag ?? true,
                style: table.style, in: place)
        case "SPPF":
            let window = try number(row, index, 1, 5)
            guard window % 2 == 1 else { throw problem(index, "pools over a window of \(window); it must be odd") }
            return SPPF(inputs[0], try outputs(row, index), window: window, style: table.style, in: place)
        case "nn.Upsample":
            guard try number(row, index, 1) == 2, row.arguments.count > 2, row.arguments[2] == "nearest" else {
                throw problem(index, "does not enlarge by 2 to the nearest, which alone is supported")
            }
            return Enlarging(outputs: inputs[0])
        case "Concat": return Joining(outputs: inputs.reduce(0, +))
        default:
            throw Problem(
                "row \(index) of the layer table asks for \(row.module), which is not supported",
                remedy: "Supported are Conv, C2f, C3, SPPF, nn.Upsample, Concat and Detect (YOLOv8 and YOLOv5u)")
        }
    }

    /// Arguments that no block here takes, by module: their first position and the classes' own values. Others would be
    /// another network's.
    private static let fixedArguments: [String: (first: Int, values: [LayerTable.Argument])] = [
        "Conv": (4, [1, 1, true]), "C2f": (2, [1, .double(0.5)]), "C3": (2, [1, .double(0.5)]),
        "SPPF": (2, [3, false]), "nn.Upsample": (3, [.none, .none]), "Concat": (0, [1]),
    ]

    private func checkArguments(_ row: LayerTable.Row, _ index: Int) throws {
        guard let (first, values) = Self.fixedArguments[row.module] else { return }
        for (position, argument) in row.arguments.enumerated().dropFirst(first) {
            let isKnown = position - first < values.count && argument.means(values[position - first])
            guard isKnown || argument.means(.none) else {
                throw problem(
                    index,
                    "has \(argument.spelling) as argument \(position + 1) of \(row.module), which is not supported")
            }
        }
    }

    private func convolutions(
        _ row: LayerTable.Row, _ index: Int, _ inputs: Int, in place: WeightScope
    ) throws -> any LayerBlock {
        let outputs = try outputs(row, index)
        let kernel = try number(row, index, 1, 1)
        let stride = try number(row, index, 2, 1)
        let padding = row.arguments.count > 3 ? row.arguments[3].int ?? kernel / 2 : kernel / 2
        // Then a side that is a multiple of the stride is divided by it, which all that follows relies on.
        guard (0..<kernel).contains(padding), (max(kernel - stride, 0)..<kernel).contains(2 * padding) else {
            throw problem(
                index, "has kernel \(kernel), stride \(stride), padding \(padding), which do not divide sides evenly")
        }
        func block(_ inputs: Int, _ scope: WeightScope) -> SingleConv {
            SingleConv(
                block: ConvBlock(
                    inputs, outputs, kernel: kernel, stride: stride, padding: padding, style: table.style, in: scope))
        }
        let repeats = table.repeats(row)
        if repeats == 1 { return block(inputs, place) }
        guard stride == 1 else { throw problem(index, "repeats a Conv of stride \(stride)") }
        return Chain(blocks: (0..<repeats).map { block($0 == 0 ? inputs : outputs, place / $0) })
    }

    /// The first argument, scaled.
    private func outputs(_ row: LayerTable.Row, _ index: Int) throws -> Int {
        let count = table.channels(try number(row, index, 0, limit: LayerLimits.channels))
        guard count <= LayerLimits.channels else { throw problem(index, "has \(count) channels") }
        return count
    }

    private func number(
        _ row: LayerTable.Row, _ index: Int, _ position: Int, _ fallback: Int? = nil, limit: Int = LayerLimits.window
    ) throws -> Int {
        if position >= row.arguments.count, let fallback { return fallback }
        if position < row.arguments.count, let value = row.arguments[position].int, (1...limit).contains(value) {
            return value
        }
        throw problem(index, "needs a whole number from 1 to \(limit) as argument \(position + 1) of \(row.module)")
    }

    private func stride(after row: LayerTable.Row, _ index: Int, _ from: [Int]) throws -> Int {
        let before = from.map { $0 < 0 ? 1 : strides[$0] }
        var after = before[0]
        switch row.module {
        case "Conv": after *= try number(row, index, 2, 1)
        case "nn.Upsample" where after == 1: throw problem(index, "enlarges more than the rows before have reduced")
        case "nn.Upsample": after /= 2
        case "Concat" where Set(before).count > 1: throw problem(index, "joins maps of different sizes")
        default: break
        }
        guard LayerLimits.stride % after == 0 else {
            throw problem(index, "makes cells of \(after) pixels; only parts of \(LayerLimits.stride) are supported")
        }
        return after
    }
}
