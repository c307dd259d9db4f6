import Checkpoints
import Documents
import Models

extension ExportedModel {
    /// The bytes of a `.pt` file as the field has one after the end of a training: loaded, measured, trained further and
    /// exported by the reference and by `torch.load` alike.
    ///
    /// - Parameters:
    ///   - half: 16-bit floats, values beyond their range becoming the largest; else 32-bit.
    ///   - program: name and version of this program.
    public func torchFile(half: Bool, program: String) throws -> [UInt8] {
        let arguments = PickleTree(options)
        func optional(_ node: Node?) -> PickleTree { node.map { PickleTree($0) } ?? .none }
        func optional(_ text: String?) -> PickleTree { text.map { .string($0) } ?? .none }
        return try TorchWriting.file(
            .named([
                ("date", optional(record.date)), ("version", .string(program)), ("license", optional(record.license)),
                ("recipe_digest", optional(record.recipeDigest)), ("epoch", -1), ("best_fitness", .none),
                ("model", object(arguments, half: half).tree), ("ema", .none), ("updates", .none),
                ("optimizer", .none), ("scaler", .none), ("train_args", arguments),
                ("train_metrics", optional(record.metrics)), ("train_results", optional(record.results)),
            ]))
    }

    private func object(_ arguments: PickleTree, half: Bool) -> ModuleObject {
        let layers = ModuleTree(model: self, half: half).layers()
        let strides = strides.map { Float($0) }
        return ModuleObject(
            "ultralytics.nn.tasks.DetectionModel",
            [
                ("yaml", PickleTree(document)), ("save", .list(keptRows.map { .int($0) })),
                ("names", .dictionary(names.enumerated().map { (key: .int($0.offset), value: .string($0.element)) })),
                ("inplace", true), ("stride", .tensor(.init(floats: strides, shape: [strides.count]))),
                ("nc", .int(names.count)), ("args", arguments), ("task", "detect"),
            ], children: [("model", .numbered("Sequential", layers))])
    }

    /// Rows whose results later rows ask for.
    private var keptRows: [Int] {
        let sources = table.rows.enumerated().flatMap { index, row in
            row.from.filter { $0 != -1 }.map { $0 < 0 ? index + $0 : $0 }
        }
        return sources.sorted()
    }

    /// The options of the training, completed with what the field's programs look for.
    private var options: Node {
        var pairs = record.arguments?.map ?? []
        func complete(_ key: String, _ value: Node) {
            if !pairs.contains(where: { $0.key == key }) { pairs.append(Node.Pair(key, value)) }
        }
        complete("task", Node(.string("detect")))
        complete("imgsz", Node(.int(imageSize?.max() ?? 640)))
        complete("data", Node(.null))
        return Node(.map(pairs))
    }
}
