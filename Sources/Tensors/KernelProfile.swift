import CHost
import Foundation
import Synchronization

/// One piece of work of the numerical machine, as a measurement of a step sees it.
public struct KernelCall: Hashable, Sendable {
    /// Where in which model, such as `student 4 C2f`; empty where nobody said it.
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

    /// A call that is not a convolution; without a block it is booked where the profile stands.
    public init(kernel: String, shape: String = "", block: String = "", operations: Double = 0, bytes: Double = 0) {
        self.block = block
        self.kernel = kernel
        self.shape = shape
        self.operations = operations
        self.bytes = bytes
    }

    /// A memory-bound kernel over a tensor; `passes` is how often all values are read or written.
    public static func pass(_ kernel: String, over tensor: Tensor, passes: Double) -> KernelCall {
        let shape = tensor.shape
        return KernelCall(
            kernel: kernel, shape: "\(shape.channels) @\(shape.height)x\(shape.width)",
            bytes: passes * Double(shape.count * MemoryLayout<Float>.stride))
    }

    /// The same over plain floats, such as all weights of a model.
    public static func pass(_ kernel: String, overValues count: Int, passes: Double, block: String) -> KernelCall {
        KernelCall(
            kernel: kernel, shape: "\(count) values", block: block,
            bytes: passes * Double(count * MemoryLayout<Float>.stride))
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
/// Off except while `record` runs, and then for the thread that runs it: what other threads do, they do for one of its
/// kernels. A kernel inside of another one is booked alone, so that times add up.
public enum KernelProfile {
    /// The thread that records, 0 for none.
    private static let recorder = Atomic<UInt>(0)
    private struct State {
        var block = ""
        var places: [KernelCall: Int] = [:]
        var entries: [Entry] = []
        /// Time of kernels inside of the one that runs.
        var inner = 0.0
    }
    private static let state = Mutex(State())
    /// One recording at a time.
    private static let turn = NSLock()

    /// Work of one kind, added up.
    public struct Entry: Sendable {
        /// What it was.
        public let call: KernelCall
        /// How often.
        public internal(set) var count: Int
        /// Wall time of all calls.
        public internal(set) var seconds: Double
    }

    /// The kernels that `body` ran on this thread, in the order of their first calls.
    public static func record(_ body: () throws -> Void) rethrows -> [Entry] {
        precondition(!isRecording, "a recording inside of a recording")
        turn.lock()
        defer { turn.unlock() }
        state.withLock { $0 = State() }
        recorder.store(thisThread, ordering: .relaxed)
        defer { recorder.store(0, ordering: .relaxed) }
        try body()
        return state.withLock { $0.entries }
    }

    private static var thisThread: UInt { UInt(pthread_self()) }

    private static var isRecording: Bool {
        let thread = recorder.load(ordering: .relaxed)
        return thread != 0 && thread == thisThread
    }

    /// The name that calls are booked under; empty while nothing is recorded.
    public static var block: String { isRecording ? state.withLock { $0.block } : "" }

    /// Runs `body` as a part of the current block, such as layer `4 C2f` of `student`.
    @inline(__always)
    public static func within<Result>(_ part: @autoclosure () -> String, _ body: () throws -> Result) rethrows -> Result
    {
        guard isRecording else { return try body() }
        let outer = block
        return try resuming(outer.isEmpty ? part() : outer + " " + part(), body)
    }

    /// Runs `body` in a block whose name `block` had given, for work that belongs to it but comes later.
    @inline(__always)
    public static func resuming<Result>(_ block: String, _ body: () throws -> Result) rethrows -> Result {
        guard isRecording else { return try body() }
        let outer = self.block
        state.withLock { $0.block = block }
        defer { state.withLock { $0.block = outer } }
        return try body()
    }

    /// Runs `body`; while recording, books its time.
    @inline(__always)
    public static func measure<Result>(
        _ call: @autoclosure () -> KernelCall, _ body: () throws -> Result
    ) rethrows -> Result {
        guard isRecording else { return try body() }
        let outer = enter()
        let start = chost_seconds()
        let result = try body()
        leave(call(), seconds: chost_seconds() - start, outer: outer)
        return result
    }

    /// Returns what the enclosing kernel has had inside of it so far.
    private static func enter() -> Double {
        state.withLock { state in
            defer { state.inner = 0 }
            return state.inner
        }
    }

    private static func leave(_ call: KernelCall, seconds: Double, outer: Double) {
        state.withLock {
            var call = call
            if call.block.isEmpty { call.block = $0.block }
            let place = $0.places[call] ?? $0.entries.count
            if place == $0.entries.count {
                $0.places[call] = place
                $0.entries.append(Entry(call: call, count: 0, seconds: 0))
            }
            $0.entries[place].count += 1
            $0.entries[place].seconds += seconds - $0.inner
            $0.inner = outer + seconds
        }
    }
}
