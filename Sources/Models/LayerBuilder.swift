import Diagnostics
import Layers

/// Builds the rows of a layer table, following channels and strides from row to row.
///
/// A new kind of row is one case in `block`.
struct LayerBuilder {
    let table: LayerTable
    let scope: WeightScope
    private(set) var blocks: [any LayerBlock] = []
    private(set) var sources: [[Int]] = []
    /// Output channels, and input pixels per cell, of the rows so far.
    private var channels: [Int] = []
    private var strides: [Int] = []

    init(table: LayerTable, scope: WeightScope) {
        self.table = table
        self.scope = scope
    }

    /// Builds all rows but the last, and the head from the last.
    ///
    /// - Throws: `Problem` naming the row that cannot be built.
    mutating func build(classCount: Int, classWidth: Int?) throws -> DetectHead {
        let rows = table.rows
        guard let last = rows.last, last.module == "Detect" else {
            throw Problem("the layer table does not end with a Detect row", remedy: "Use a detection model")
        }
        for (index, row) in rows.dropLast().enumerated() {
            let from = try sources(of: row, index)
            let block = try block(row, index, from)
            blocks.append(block)
            sources.append(from)
            channels.append(block.outputs)
            strides.append(stride(after: row, from))
        }
        let from = try sources(of: last, rows.count - 1)
        sources.append(from)
        return DetectHead(
            inputs: from.map { channels[$0] }, classCount: classCount, classWidth: classWidth,
            strides: from.map { strides[$0] }, in: scope / "model" / (rows.count - 1))
    }

    /// Absolute layer numbers, −1 standing for the input of the model.
    private func sources(of row: LayerTable.Row, _ index: Int) throws -> [Int] {
        try row.from.map { from in
            let absolute = from < 0 ? index + from : from
            guard absolute >= -1, absolute < index, absolute >= 0 || index == 0 else {
                throw Problem("row \(index) of the layer table takes its input from layer \(from)")
            }
            return absolute
        }
    }

    private func block(_ row: LayerTable.Row, _ index: Int, _ from: [Int]) throws -> any LayerBlock {
        let place = scope / "model" / index
        let inputs = from.map { $0 < 0 ? 3 : channels[$0] }
        let repeats = table.repeats(row)
        func number(_ position: Int, _ fallback: Int? = nil) throws -> Int {
            if position < row.arguments.count, let value = row.arguments[position].int, value > 0 { return value }
            if position >= row.arguments.count, let fallback { return fallback }
            throw Problem("row \(index) of the layer table: argument \(position + 1) of \(row.module) is no number")
        }
        switch row.module {
        case "Conv":
            let kernel = try number(1, 1)
            let make = { (inputs: Int, scope: WeightScope) in
                SingleConv(
                    block: ConvBlock(
                        inputs, table.channels(try number(0)), kernel: kernel, stride: try number(2, 1),
                        padding: row.arguments.count > 3 ? row.arguments[3].int : nil, in: scope))
            }
            if repeats == 1 { return try make(inputs[0], place) }
            var chain: [any LayerBlock] = []
            for copy in 0..<repeats { chain.append(try make(chain.last?.outputs ?? inputs[0], place / copy)) }
            return Chain(blocks: chain)
        case "C2f":
            return C2f(
                inputs[0], table.channels(try number(0)), depth: repeats,
                shortcut: row.arguments.count > 1 ? row.arguments[1].bool ?? false : false, in: place)
        case "C3":
            return C3(
                inputs[0], table.channels(try number(0)), depth: repeats,
                shortcut: row.arguments.count > 1 ? row.arguments[1].bool ?? true : true, in: place)
        case "SPPF":
            return SPPF(inputs[0], table.channels(try number(0)), window: try number(1, 5), in: place)
        case "nn.Upsample":
            guard try number(1) == 2, row.arguments.count > 2, row.arguments[2] == "nearest" else {
                throw Problem("row \(index) of the layer table: only nearest upsampling by 2 is supported")
            }
            return Enlarging(outputs: inputs[0])
        case "Concat": return Joining(outputs: inputs.reduce(0, +))
        default:
            throw Problem(
                "row \(index) of the layer table asks for \(row.module), which is not supported",
                remedy: "Supported are Conv, C2f, C3, SPPF, nn.Upsample, Concat and Detect (YOLOv8 and YOLOv5u)")
        }
    }

    private func stride(after row: LayerTable.Row, _ from: [Int]) -> Int {
        let before = from[0] < 0 ? 1 : strides[from[0]]
        switch row.module {
        case "Conv": return before * (row.arguments.count > 2 ? row.arguments[2].int ?? 1 : 1)
        case "nn.Upsample": return max(before / 2, 1)
        default: return before
        }
    }
}
