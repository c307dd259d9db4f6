import CHost
import Synchronization

/// A stage of the way from files to a batch.
public enum LoadingStage: Int, CaseIterable, Sendable {
    /// Bytes of the file into memory.
    case read
    /// Bytes of files to pixels; waiting for another thread that decodes the same picture counts too.
    case decode
    /// To the extent that pictures are used at.
    case resize
    /// Four pictures on one canvas.
    case mosaic
    /// Rotation, scale, shear, shift; mixup too.
    case affine
    /// Scaling to fit, and padding.
    case letterbox
    /// Colours, flips and floats, in one pass.
    case hsv
    /// Everything else: drawing lots, labels, memory.
    case batch

    /// The word in tables and logs.
    public var name: String { String(describing: self) }
}

/// Seconds of one thread by stage, while it makes a batch.
final class StageTimer {
    private(set) var seconds = [Double](repeating: 0, count: LoadingStage.allCases.count)
    /// Pictures decoded.
    var decoded = 0
    private let start = chost_seconds()

    /// Runs `body`, whose time belongs to a stage.
    func measure<Result>(_ stage: LoadingStage, _ body: () throws -> Result) rethrows -> Result {
        let start = chost_seconds()
        defer { seconds[stage.rawValue] += chost_seconds() - start }
        return try body()
    }

    /// Ends the measurement: what belongs to no other stage belongs to the batch.
    func finish() {
        seconds[LoadingStage.batch.rawValue] += chost_seconds() - start - seconds.reduce(0, +)
    }
}

/// What loading has cost so far, added up over threads.
public final class LoadingTimes: Sendable {
    /// Sums at one moment.
    public struct Sums: Equatable, Sendable, Codable {
        /// Images of the batches.
        public var images = 0
        /// Pictures that were decoded for them.
        public var decoded = 0
        /// Seconds of loading threads, by `LoadingStage`.
        public var seconds = [Double](repeating: 0, count: LoadingStage.allCases.count)

        /// Nothing yet.
        public init() {}

        /// Seconds of all stages.
        public var total: Double { seconds.reduce(0, +) }

        /// What came after an earlier moment.
        public func since(_ earlier: Sums) -> Sums {
            var result = self
            result.images -= earlier.images
            result.decoded -= earlier.decoded
            for i in seconds.indices { result.seconds[i] -= earlier.seconds[i] }
            return result
        }

        /// Adds what another rank has measured.
        public mutating func add(_ other: Sums) {
            images += other.images
            decoded += other.decoded
            for i in seconds.indices { seconds[i] += other.seconds[i] }
        }

        /// Milliseconds of a loading thread for an image.
        public func milliseconds(_ stage: LoadingStage) -> Double {
            1e3 * seconds[stage.rawValue] / Double(max(images, 1))
        }

        /// Part of the whole that a stage takes; 0 when there is nothing.
        public func share(of stage: LoadingStage) -> Double {
            total > 0 ? seconds[stage.rawValue] / total : 0
        }
    }

    private let state = Mutex(Sums())

    /// Nothing measured yet.
    public init() {}

    /// Sums up to now.
    public var sums: Sums { state.withLock { $0 } }

    func add(_ timer: StageTimer, images: Int) {
        timer.finish()
        state.withLock { sums in
            sums.images += images
            sums.decoded += timer.decoded
            for i in sums.seconds.indices { sums.seconds[i] += timer.seconds[i] }
        }
    }
}
