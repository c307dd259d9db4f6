import CHost

/// Finds the fastest algorithm of a convolution by running the candidates on few images, on one thread: whatever the batch
/// and the threads of a run, they then choose alike.
public struct ConvolutionTrial {
    /// Counts up when an algorithm comes or changes its speed: earlier measurements then no longer hold.
    public static let generation = 2

    /// Another algorithm than the rule's must take at most this part of its time: a choice that only noise would make
    /// is not worth other bits.
    private static let gain = 0.92
    /// The same where it keeps so many bytes more that the memory is worth something, too.
    private static let (largeGain, large) = (0.8, 32 << 20)

    private let task: ConvolutionTask
    private let input: Tensor
    private let output: Tensor
    private let weights: [Float]

    /// What is fastest for each of the tasks that have a choice.
    public static func decide(_ tasks: [ConvolutionTask]) -> [ConvolutionTask: ConvolutionAlgorithm] {
        let threads = Threads.count
        Threads.count = 1
        defer {
            Threads.count = threads
            releaseUnusedMemory()
        }
        return tasks.reduce(into: [:]) { $0[$1] = ConvolutionTrial($1).fastest }
    }

    private init(_ task: ConvolutionTask) {
        self.task = task
        // Few pixels, or weights that are transformed in every step, pay only with more than one image.
        let images = task.pass == .inference ? 6400 / max(1600, min(6400, task.height * task.width)) : 4
        let shape = Shape(images, task.height, task.width, task.geometry.inputs)
        // Numbers of both signs; no kernel's time depends on them otherwise.
        func numbers(_ count: Int) -> [Float] { (0..<count).map { Float($0 % 97) * 0.01 - 0.5 } }
        input = Tensor(shape, numbers(shape.count))
        let result = task.geometry.output(for: shape)
        output = Tensor(result, numbers(result.count))
        weights = numbers(task.geometry.weightCount)
    }

    private var fastest: ConvolutionAlgorithm {
        let candidates = task.candidates
        guard candidates.count > 1 else { return candidates[0] }
        let runs = candidates.map(timed)
        // The first runs fill pools and caches; who is far behind even then is out.
        var seconds = runs.map { $0() }
        let limit = 2 * (seconds.min() ?? 0)
        let contenders = seconds.indices.filter { $0 == 0 || seconds[$0] <= limit }
        for index in contenders { seconds[index] = .infinity }
        // In turn, as the speed of a shared machine drifts; short ones more often, as they are the ones that noise changes.
        for _ in 0..<(limit > 0.04 ? 3 : 6) {
            for index in contenders { seconds[index] = min(seconds[index], runs[index]()) }
        }
        return candidates[Self.best(contenders.map { ($0, seconds[$0], keptBytes(candidates[$0])) })]
    }

    /// The place of the candidate to choose: the first one's, which is the rule's, unless another is worth it.
    static func best(_ measured: [(place: Int, seconds: Double, bytes: Int)]) -> Int {
        let rule = measured[0]
        let better = measured.dropFirst().filter {
            $0.seconds < rule.seconds * ($0.bytes > rule.bytes + large ? largeGain : gain)
        }
        return better.min { $0.seconds < $1.seconds }?.place ?? rule.place
    }

    /// What weights take that are prepared once and for all.
    private func keptBytes(_ algorithm: ConvolutionAlgorithm) -> Int {
        task.pass == .inference ? PreparedConvolution.keptBytes(task.geometry, algorithm) : 0
    }

    /// Computes the task by an algorithm and answers how many seconds that took.
    private func timed(_ algorithm: ConvolutionAlgorithm) -> () -> Double {
        let run = computation(algorithm)
        let choices = ConvolutionChoices(forced: algorithm)
        return {
            ConvolutionChoices.$substitute.withValue(choices) {
                let start = chost_seconds()
                run()
                return chost_seconds() - start
            }
        }
    }

    private func computation(_ algorithm: ConvolutionAlgorithm) -> () -> Void {
        let geometry = task.geometry
        switch task.pass {
        case .forward: return { convolve(input, weights: weights, geometry, into: output) }
        case .inference:
            let convolution = PreparedConvolution(
                geometry, weights: weights, bias: nil, activation: .silu, algorithm: algorithm)
            return { convolution(input, into: output) }
        case .input:
            return { convolveBackwardInput(output, weights: weights, geometry, into: input, accumulate: false) }
        case .weights:
            let gradient = Tensor(Shape(1, 1, 1, max(geometry.weightCount, 1)), repeating: 0)
            return { convolveBackwardWeights(input, output, geometry, into: gradient.pointer) }
        }
    }
}
