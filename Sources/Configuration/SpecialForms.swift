import Documents

// Forms of the keys that take more than one kind of value.

extension Form<[Int]> {
    /// `640` or `[height, width]`.
    static var imageSize: Form {
        let side = Form<Int>.whole(1...8192)
        return Form(
            allowed: "a whole number from 1 to 8192, or [height, width]",
            read: { node in
                if let one = side.read(node) { return [one] }
                guard let items = node.list, items.count == 2 else { return nil }
                let sides = items.compactMap(side.read)
                return sides.count == 2 ? sides : nil
            },
            write: { $0.count == 1 ? Node(.int($0[0])) : Node(.list($0.map { Node(.int($0)) })) })
    }

    /// `10`, meaning the first ten layers, or a list of layer indices.
    static var layers: Form {
        let index = Form<Int>.whole(0...1000)
        let form = Form(
            allowed: "a count of layers from 0 to 1000, or a list of layer indices",
            read: { node in
                if let count = index.read(node) { return Array(0..<count) }
                guard let items = node.list else { return nil }
                let layers = items.compactMap(index.read)
                return layers.count == items.count ? Array(Set(layers)).sorted() : nil
            },
            write: { $0.isEmpty ? Node(.null) : Node(.list($0.map { Node(.int($0)) })) }, mayBeEmpty: true)
        return form.remedy { node in
            let named = (node.list ?? [node]).contains { $0.string != nil }
            return named ? "Freeze whole layers by their index; names of parts are not supported" : nil
        }
    }
}

extension Form<ExportFormat?> {
    /// A kind of file, or the one that follows from other words.
    static var exportFormat: Form {
        let choice = Form<ExportFormat>.choice
        return Form(
            allowed: choice.allowed, read: { node in choice.read(node).map { .some($0) } },
            write: { $0.map(choice.write) ?? Node(.null) }, mayBeEmpty: true)
    }
}

extension Form<[Double]> {
    /// Weights of precision, recall, mAP50 and mAP50-95.
    static var fitness: Form {
        let weight = Form<Double>.number(0...1e6)
        return Form(
            allowed: "four numbers not below 0, one of them above 0",
            read: { node in
                guard let items = node.list, items.count == 4 else { return nil }
                let weights = items.compactMap(weight.read)
                return weights.count == 4 && weights.contains { $0 > 0 } ? weights : nil
            },
            write: { Node(.list($0.map { Node(.double($0)) })) })
    }
}

extension Form<Cache> {
    static var cache: Form {
        let form = Form(
            allowed: "true, ram or false",
            read: { node in
                if let bool = node.bool { return bool ? .ram : Cache.none }
                return node.string?.lowercased() == "ram" ? .ram : nil
            },
            write: { $0 == .ram ? Node(.string("ram")) : Node(.bool(false)) })
        return form.remedy { $0.string == "disk" ? "Use `ram`, or `false`: nothing is written beside the images" : nil }
    }
}

extension Form<Resume> {
    static var resume: Form {
        let path = Form<String>.path
        return Form(
            allowed: "true, false or the path of a checkpoint",
            read: { node in
                if let bool = node.bool { return bool ? .last : .no }
                return node.string == nil ? nil : path.read(node).map { .from($0) }
            },
            write: { value in
                switch value {
                case .no: Node(.bool(false))
                case .last: Node(.bool(true))
                case .from(let path): Node(.string(path))
                }
            }, isText: true, mayBeEmpty: true)
    }
}

extension Form<LearningRateScaling?> {
    static var learningRateScaling: Form {
        let choice = Form<LearningRateScaling>.choice
        return Form(
            allowed: choice.allowed, read: { node in choice.read(node).map { .some($0) } },
            write: { $0.map(choice.write) ?? Node(.null) }, mayBeEmpty: true)
    }
}

extension Form<OptimizerChoice> {
    static var optimizer: Form {
        choice.remedy { node in
            let others = ["adam", "adamax", "nadam", "radam", "rmsprop", "musgd"]
            return others.contains(node.text?.lowercased() ?? "") ? "Use AdamW, SGD or auto" : nil
        }
    }
}
