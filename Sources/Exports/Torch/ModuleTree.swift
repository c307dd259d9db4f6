import Checkpoints
import Documents
import Models

/// The modules of a detector as Ultralytics' classes, with its weights in them.
struct ModuleTree {
    let model: ExportedModel
    let half: Bool

    /// Every row of the table, with what the field keeps beside it.
    func layers() -> [ModuleObject] {
        zip(model.table.rows, model.modules.children).enumerated().map { index, pair in
            let (row, (_, module)) = pair
            var layer = object(module, "model.\(index)")
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

    private func object(_ module: FieldModule, _ path: String) -> ModuleObject {
        var object = ModuleObject(
            module.type, module.attributes.map { ($0.name, Self.attribute($0.value)) },
            children: module.children.map { ($0.name, self.object($0.module, "\(path).\($0.name)")) })
        switch module.type.split(separator: ".").last {
        case "Conv2d": object.parameters = ["weight", "bias"].map { ($0, parameter("\(path).\($0)")) }
        case "BatchNorm2d":
            object.parameters = ["weight", "bias"].map { ($0, parameter("\(path).\($0)")) }
            object.buffers = ["running_mean", "running_var", "num_batches_tracked"].map {
                ($0, tensor("\(path).\($0)") ?? .none)
            }
        case "Detect":
            let strides = Weight(shape: [model.strides.count], values: model.strides.map { Float($0) })
            object.attributes.insert(
                ("stride", .tensor(model.entry(strides, half: half))), at: object.attributes.count - 1)
        default: break
        }
        return object
    }

    /// Lists of modules' attributes are tuples in Python.
    private static func attribute(_ value: Node) -> PickleTree {
        value.list.map { .tuple($0.map { PickleTree($0) }) } ?? PickleTree(value)
    }

    private func entry(_ name: String) -> SafeTensors.Entry? {
        model.entries[name].map { model.entry($0, half: half) }
    }

    private func tensor(_ name: String) -> PickleTree? { entry(name).map { .tensor($0) } }

    private func parameter(_ name: String) -> PickleTree { entry(name).map { .parameter($0) } ?? .none }
}
