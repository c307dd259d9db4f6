import CHost

/// Finds the fastest algorithm of a convolution by running the candidates on few images, on one thread: whatever the batch
/// and the threads of a run, they then choose alike.
public struct ConvolutionTrial {
    /// Another algorithm than the rule's must take at most this part of its time: a choice that only noise would make
    /// is not worth other bits.
    private static let gain = 0.92

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
        // Training transforms its weights in every step, which pays for more than one image.
        let shape = Shape(task.pass == .inference ? 1 : 4, task.height, task.width, task.geometry.inputs)
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
        var best = (algorithm: candidates[0], seconds: seconds(candidates[0], limit: .infinity) * Self.gain)
        for candidate in candidates.dropFirst() {
            let seconds = seconds(candidate, limit: best.seconds)
            if seconds < best.seconds { best = (candidate, seconds) }
        }
        return best.algorithm
    }

    /// The shortest of several runs, after one that fills pools and caches; one run where it is far beyond `limit`.
    private func seconds(_ algorithm: ConvolutionAlgorithm, limit: Double) -> Double {
        ConvolutionChoices.$substitute.withValue(ConvolutionChoices(forced: algorithm)) {
            let run = prepared(algorithm)
            func timed() -> Double {
                let start = chost_seconds()
                run()
                return chost_seconds() - start
            }
            let first = timed()
            if first > 1.5 * limit { return first }
            // Short ones more often: they are the ones that noise changes.
            let repetitions = first > 0.02 ? 2 : 5
            return (0..<repetitions).map { _ in timed() }.min() ?? first
        }
    }

    private func prepared(_ algorithm: ConvolutionAlgorithm) -> () -> Void {
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
