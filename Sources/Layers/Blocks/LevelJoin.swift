import Tensors

/// Lines up the cells of several maps as anchors: level by level, row by row, `[N, 1, A, C]`.
public struct LevelJoin {
    /// Has neither weights nor settings.
    public init() {}

    /// Joins maps `[N, H, W, C]` of equal N and C, in the order given; A is the sum of their H · W.
    public func callAsFunction(_ levels: [Activation]) -> Activation {
        let cells = levels.reduce(0) { $0 + $1.shape.height * $1.shape.width }
        let first = levels[0].shape
        let output = Activation(
            room: Shape(first.n, 1, cells, first.channels), recordedOn: levels[0].tape,
            needsGradient: levels.contains { $0.needsGradient })
        let record = Record(levels: levels, output: output)
        for (level, image, start) in record.places {
            let part = record.cells(of: output.tensor, image, start, level.shape)
            KernelProfile.measure(.pass("copy", over: part, passes: 2)) {
                part.copy(from: level.tensor.images(image..<image + 1))
            }
        }
        if output.needsGradient { output.tape?.record(record) }
        return output
    }

    private struct Record: TapeRecord {
        let levels: [Activation]
        let output: Activation
        var parameters: [Parameter] { [] }

        /// Level, image and first anchor of every map.
        var places: [(Activation, Int, Int)] {
            var start = 0
            return levels.flatMap { level in
                defer { start += level.shape.height * level.shape.width }
                return (0..<level.shape.n).map { (level, $0, start) }
            }
        }

        func cells(of tensor: Tensor, _ image: Int, _ start: Int, _ level: Shape) -> Tensor {
            tensor.images(image..<image + 1).columns(start..<start + level.height * level.width)
                .reshaped(Shape(1, level.height, level.width, level.channels))
        }

        func pull() {
            guard let gradient = output.arrivedGradient else { return }
            for (level, image, start) in places {
                let part = cells(of: gradient, image, start, level.shape)
                level.receive { target, accumulate in
                    KernelProfile.measure(.pass("add", over: part, passes: 3)) {
                        if !accumulate { target.fill(0) }
                        target.images(image..<image + 1).add(part)
                    }
                }
            }
            output.releaseGradient()
        }
    }
}
