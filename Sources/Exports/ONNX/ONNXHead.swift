import Models

/// The detection head as nodes: from maps to boxes and probabilities, decoded in 32 bits.
extension ONNXLayers {
    private static var bins: Int { Detector.bins }

    /// Adds the head; returns the names of `[N, 4, A]` boxes, two corners of each, and `[N, K, A]` probabilities.
    mutating func head(_ levels: [String]) -> (corners: (String, String), strides: String, scores: String) {
        let path = "model.\(model.table.rows.count - 1)"
        let batch = options.isDynamic ? 0 : options.batch
        func rows(_ channels: Int) -> String { graph.constant([batch, channels, -1]) }
        var parts: (boxes: [String], scores: [String]) = ([], [])
        for (index, level) in levels.enumerated() {
            for (name, channels) in [("cv2", 4 * Self.bins), ("cv3", model.names.count)] {
                let place = "\(path).\(name).\(index)"
                let inner = block(block(level, "\(place).0"), "\(place).1")
                let answer = graph.add("Reshape", [plain(inner, "\(place).2"), rows(channels)], at: path)
                if name == "cv2" { parts.boxes.append(answer) } else { parts.scores.append(answer) }
            }
        }
        let boxes = wide(graph.add("Concat", parts.boxes, at: path, [("axis", .int(2))]), path)
        let scores = wide(graph.add("Concat", parts.scores, at: path, [("axis", .int(2))]), path)
        let (points, strides) = anchors(levels, path)
        let distances = distances(boxes, "\(path).dfl", batch: batch)
        func part(_ range: Range<Int>) -> String {
            graph.add(
                "Slice",
                [
                    distances, graph.constant([range.lowerBound]), graph.constant([range.upperBound]),
                    graph.constant([1]),
                ], at: path)
        }
        let corners = (
            graph.add("Sub", [points, part(0..<2)], at: path), graph.add("Add", [points, part(2..<4)], at: path)
        )
        return (corners, strides, graph.add("Sigmoid", [scores], at: path))
    }

    /// What was computed in 16 bits as 32.
    private mutating func wide(_ x: String, _ path: String) -> String {
        options.half ? graph.add("Cast", [x], at: path, [("to", .int(1))]) : x
    }

    /// Mean distances of the four sides, `[N, 4, A]` in strides.
    private mutating func distances(_ boxes: String, _ path: String, batch: Int) -> String {
        let bins = graph.add("Reshape", [boxes, graph.constant([batch, 4, Self.bins, -1])], at: path)
        func turned(_ x: String, _ order: [Int]) -> String {
            graph.add("Transpose", [x], at: path, [("perm", .ints(order))])
        }
        // Before operators 13, all dimensions from the axis on count as one: only the last is itself.
        let softened =
            options.opset < 13
            ? turned(graph.add("Softmax", [turned(bins, [0, 1, 3, 2])], at: path, [("axis", .int(3))]), [0, 3, 1, 2])
            : graph.add("Softmax", [turned(bins, [0, 2, 1, 3])], at: path, [("axis", .int(1))])
        let numbers = graph.constant(
            "\(path).conv.weight", (0..<Self.bins).map { Float($0) }, shape: [1, Self.bins, 1, 1])
        let means = graph.add(
            "Conv", [softened, numbers], at: "\(path).conv",
            [
                ("dilations", .ints([1, 1])), ("group", .int(1)), ("kernel_shape", .ints([1, 1])),
                ("pads", .ints([0, 0, 0, 0])), ("strides", .ints([1, 1])),
            ])
        return graph.add("Reshape", [means, graph.constant([batch, 4, -1])], at: path)
    }

    /// Centres `[1, 2, A]` of the cells, and their strides `[1, 1, A]`.
    private mutating func anchors(_ levels: [String], _ path: String) -> (String, String) {
        guard options.isDynamic else {
            let grid = AnchorGrid(
                levels: model.strides.map {
                    .init(height: options.size.height / $0, width: options.size.width / $0, stride: $0)
                })
            return (
                graph.constant(
                    "anchors", grid.points.map(\.x) + grid.points.map(\.y), shape: [1, 2, grid.count]),
                graph.constant("strides", grid.strides, shape: [1, 1, grid.count])
            )
        }
        var (points, strides): ([String], [String]) = ([], [])
        for (level, stride) in zip(levels, model.strides) {
            let shape = graph.add("Shape", [level], at: path)
            func side(_ axis: Int) -> String {
                graph.add(
                    "Gather", [shape, graph.constant([axis], isScalar: true)], at: path, [("axis", .int(0))])
            }
            let extent = graph.add(
                "Slice", [shape, graph.constant([2]), graph.constant([4]), graph.constant([0])], at: path)
            func centres(_ axis: Int, _ unit: Int) -> String {
                let whole = graph.add(
                    "Range",
                    [graph.constant([0], isScalar: true), side(axis), graph.constant([1], isScalar: true)], at: path)
                let numbers = graph.add("Cast", [whole], at: path, [("to", .int(1))])
                let middle = graph.add("Add", [numbers, graph.constant([Float(0.5)])], at: path)
                let line = unsqueezed(middle, axis: unit, at: path)
                let plane = graph.add("Expand", [line, extent], at: path)
                return graph.add("Reshape", [plane, graph.constant([1, 1, -1])], at: path)
            }
            let x = centres(3, 0)
            points.append(graph.add("Concat", [x, centres(2, 1)], at: path, [("axis", .int(1))]))
            strides.append(
                graph.add(
                    "Expand",
                    [graph.constant([Float(stride)], shape: [1, 1, 1]), graph.add("Shape", [x], at: path)], at: path))
        }
        return (
            graph.add("Concat", points, at: path, [("axis", .int(2))]),
            graph.add("Concat", strides, at: path, [("axis", .int(2))])
        )
    }

    /// Adds what the field's files answer: `[N, 4 + K, A]`, rows centre x, centre y, width, height, then classes.
    mutating func output(_ corners: (String, String), strides: String, scores: String, named name: String) {
        let path = "model.\(model.table.rows.count - 1)"
        let sum = graph.add("Add", [corners.0, corners.1], at: path)
        let centre = graph.add("Div", [sum, graph.constant([Float(2)])], at: path)
        let extent = graph.add("Sub", [corners.1, corners.0], at: path)
        let boxes = graph.add("Concat", [centre, extent], at: path, [("axis", .int(1))])
        let pixels = graph.add("Mul", [boxes, strides], at: path)
        graph.add("Concat", [pixels, scores], at: path, [("axis", .int(1))], output: name)
    }
}
