import CHost
import Synchronization

/// One piece of work of the numerical machine, as a measurement of a step sees it.
public struct KernelCall: Hashable, Sendable {
    /// Where in which model, such as `student 4`; empty outside of any.
    public var block = ""
    /// What was computed, such as `convolution forward` or `normalise and activate`.
    public var kernel: String
    /// Extent and kind, such as `64>64 3x3/1 @80x80`.
    public var shape: String
    /// Which convolution it was, and by which algorithm; nil for everything else.
    public var convolution: ConvolutionTask?
    /// See `convolution`.
    public var algorithm: ConvolutionAlgorithm?
    /// Multiplications and additions that the formula asks for; algorithms may need fewer.
    public var operations = 0.0
    /// Bytes that must be read and written at least: every value once.
    public var bytes = 0.0

    /// A call that is not a convolution.
    public init(kernel: String, shape: String, operations: Double = 0, bytes: Double = 0) {
        self.kernel = kernel
        self.shape = shape
        self.operations = operations
        self.bytes = bytes
    }

    /// A memory-bound kernel over a tensor; `passes` is how often all values are read or written.
    public static func pass(_ kernel: String, over tensor: Tensor, passes: Int) -> KernelCall {
        let shape = tensor.shape
        return KernelCall(
            kernel: kernel, shape: "\(shape.channels) @\(shape.height)x\(shape.width)",
            bytes: Double(passes * shape.count * MemoryLayout<Float>.stride))
    }

    /// A convolution of some images, or one of its gradients.
    static func convolution(_ task: ConvolutionTask, _ algorithm: ConvolutionAlgorithm, images: Int) -> KernelCall {
        let geometry = task.geometry
        let input = Shape(images, task.height, task.width, geometry.inputs)
        let output = geometry.output(for: input)
        var call = KernelCall(
            kernel: "convolution \(task.pass.rawValue)", shape: task.shape,
            operations: 2 * Double(output.pixels * geometry.weightCount),
            bytes: Double((input.count + output.count + geometry.weightCount) * MemoryLayout<Float>.stride))
        call.convolution = task
        call.algorithm = algorithm
        return call
    }
}

/// Where the time of a pass goes, kernel by kernel.
///
/// Off except while `record` runs, and then for work that the training thread asks for.
public enum KernelProfile {
    private static let isOn = Atomic<Bool>(false)
    private struct State {
        var block = ""
        var calls: [KernelCall: (count: Int, seconds: Double)] = [:]
    }
    private static let state = Mutex(State())

    /// Work of one kind, added up.
    public struct Entry: Sendable {
        /// What it was.
        public let call: KernelCall
        /// How often.
        public let count: Int
        /// Wall time of all calls.
        public let seconds: Double
    }

    /// The kernels that `body` ran, in no particular order.
    public static func record(_ body: () throws -> Void) rethrows -> [Entry] {
        state.withLock { $0 = State() }
        isOn.store(true, ordering: .relaxed)
        defer { isOn.store(false, ordering: .relaxed) }
        try body()
        return state.withLock { $0.calls.map { Entry(call: $0.key, count: $0.value.count, seconds: $0.value.seconds) } }
    }

    /// The name that calls are booked under.
    public static var block: String {
        get { isOn.load(ordering: .relaxed) ? state.withLock { $0.block } : "" }
        set { if isOn.load(ordering: .relaxed) { state.withLock { $0.block = newValue } } }
    }

    /// Runs `body`; while recording, books its time.
    @inline(__always)
    public static func measure<Result>(_ call: @autoclosure () -> KernelCall, _ body: () -> Result) -> Result {
        guard isOn.load(ordering: .relaxed) else { return body() }
        let start = chost_seconds()
        let result = body()
        let seconds = chost_seconds() - start
        var call = call()
        state.withLock {
            call.block = $0.block
            let sum = $0.calls[call] ?? (0, 0)
            $0.calls[call] = (sum.count + 1, sum.seconds + seconds)
        }
        return result
    }
}
