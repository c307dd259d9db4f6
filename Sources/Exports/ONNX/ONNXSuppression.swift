/// Non-maximum suppression as nodes of the graph, class by class, of each anchor's best class.
extension ONNXLayers {
    /// What goes into suppression: `[N, A, 4]` corners in pixels, and `[N, K, A]` probabilities of each anchor's best class.
    static let (boxes, scores) = ("boxes", "scores")

    /// Adds what the field's files with `nms` answer: `[N, max_det, 6]`, rows x1, y1, x2, y2, confidence and class by
    /// falling confidence, zeros after the last.
    mutating func suppressed(
        _ corners: (String, String), strides: String, scores: String, by rule: ONNXOptions.Suppression,
        named name: String
    ) {
        let path = "suppression"
        let both = graph.add("Concat", [corners.0, corners.1], at: path, [("axis", .int(1))])
        let pixels = graph.add("Mul", [both, strides], at: path)
        let boxes = graph.add("Transpose", [pixels], at: path, [("perm", .ints([0, 2, 1]))], output: Self.boxes)
        let best = graph.add("ArgMax", [scores], at: path, [("axis", .int(1)), ("keepdims", .int(0))])
        let mask = graph.add(
            "OneHot",
            [
                best, graph.constant([model.names.count], isScalar: true),
                graph.constant([Float(0), 1], shape: [2]),
            ], at: path, [("axis", .int(1))])
        let one = graph.add("Mul", [scores, mask], at: path, output: Self.scores)
        let judged = rule.isAgnostic ? maximum(one, path) : one
        let found = graph.add(
            "NonMaxSuppression",
            [
                boxes, judged, graph.constant([rule.most]), graph.constant([Float(rule.overlap)], shape: [1]),
                graph.constant([Float(rule.confidence)], shape: [1]),
            ], at: path)
        let values = graph.add("GatherND", [judged, found], at: path)
        let count = graph.add("Shape", [values], at: path)
        let ranked = graph.add("TopK", [values, count], at: path, count: 2)
        let sorted = graph.add("Gather", [found, ranked[1]], at: path, [("axis", .int(0))])
        let image = column(0, of: sorted, path)
        let place = graph.add("Concat", [image, column(2, of: sorted, path)], at: path, [("axis", .int(1))])
        let category =
            rule.isAgnostic
            ? unsqueezed(graph.add("GatherND", [best, place], at: path), axis: 1, at: path)
            : column(1, of: sorted, path)
        let rows = graph.add(
            "Concat",
            [
                graph.add("GatherND", [boxes, place], at: path),
                unsqueezed(ranked[0], axis: 1, at: path),
                graph.add("Cast", [category], at: path, [("to", .int(1))]),
            ], at: path, [("axis", .int(1))])
        answer(rows, image, most: rule.most, path, named: name)
    }

    private mutating func column(_ index: Int, of table: String, _ path: String) -> String {
        graph.add("Gather", [table, graph.constant([index])], at: path, [("axis", .int(1))])
    }

    private mutating func maximum(_ scores: String, _ path: String) -> String {
        options.opset < 18
            ? graph.add("ReduceMax", [scores], at: path, [("axes", .ints([1])), ("keepdims", .int(1))])
            : graph.add("ReduceMax", [scores, graph.constant([1])], at: path, [("keepdims", .int(1))])
    }

    /// Puts each row behind those of its image that came before; what is too many goes into a row that is cut off.
    private mutating func answer(_ rows: String, _ image: String, most: Int, _ path: String, named name: String) {
        let (size, images): (String, String)
        if options.isDynamic {
            let shape = graph.add("Shape", [Self.boxes], at: path)
            let batch = graph.add("Gather", [shape, graph.constant([0])], at: path, [("axis", .int(0))])
            size = graph.add("Concat", [batch, graph.constant([most + 1, 6])], at: path, [("axis", .int(0))])
            let count = graph.add(
                "Gather", [shape, graph.constant([0], isScalar: true)], at: path, [("axis", .int(0))])
            images = graph.add(
                "Range", [graph.constant([0], isScalar: true), count, graph.constant([1], isScalar: true)], at: path)
        } else {
            size = graph.constant([options.batch, most + 1, 6])
            images = graph.constant(Array(0..<options.batch))
        }
        let isOwn = graph.add(
            "Cast", [graph.add("Equal", [image, images], at: path)], at: path, [("to", .int(1))])
        let sums = graph.add("CumSum", [isOwn, graph.constant([0], isScalar: true)], at: path)
        let own = graph.add("Mul", [sums, isOwn], at: path)
        let rank =
            options.opset < 13
            ? graph.add("ReduceSum", [own], at: path, [("axes", .ints([1])), ("keepdims", .int(1))])
            : graph.add("ReduceSum", [own, graph.constant([1])], at: path, [("keepdims", .int(1))])
        let before = graph.add("Cast", [rank], at: path, [("to", .int(7))])
        let position = graph.add(
            "Min", [graph.add("Sub", [before, graph.constant([1])], at: path), graph.constant([most])], at: path)
        let place = graph.add("Concat", [image, position], at: path, [("axis", .int(1))])
        let empty = graph.add("ConstantOfShape", [size], at: path)
        let filled = graph.add("ScatterND", [empty, place, rows], at: path)
        graph.add(
            "Slice", [filled, graph.constant([0]), graph.constant([most]), graph.constant([1])], at: path, output: name)
    }
}
