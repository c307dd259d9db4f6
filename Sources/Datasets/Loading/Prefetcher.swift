import CHost
import Foundation
import Synchronization

/// Prepares an ordered sequence of batches on background threads, ahead of whoever consumes them.
///
/// The order and the batches do not depend on the number of threads. How far ahead the threads run is bounded in number
/// and bytes; the batch that is wanted next is always prepared.
public final class Prefetcher: Sendable {
    /// Bytes of batches beyond which no new one is begun, unless told otherwise.
    public static let byteLimit = 1 << 29

    private let state: State

    /// - Parameters:
    ///   - count: batches in all.
    ///   - threads: background threads.
    ///   - ahead: batches that are prepared or being prepared, at most.
    ///   - byteLimit: size of prepared and unfinished batches beyond which no new one is begun.
    ///   - prepare: batch number n; called from any thread, for several numbers at once.
    public init(
        count: Int, threads: Int, ahead: Int = 8, byteLimit: Int = Prefetcher.byteLimit,
        prepare: @escaping @Sendable (Int) throws -> Batch
    ) {
        precondition(ahead > 0, "\(ahead) batches ahead")
        let state = State(count: count, ahead: ahead, byteLimit: byteLimit, prepare: prepare)
        self.state = state
        state.start(threads: max(1, min(threads, count)))
    }

    deinit { state.cancel() }

    /// The next batch; nil after the last one and after `stop`. A failure to prepare a batch is thrown in its place, and
    /// every time after that.
    public func next() throws -> Batch? { try state.next() }

    /// Ends the threads; returns when none of them runs any more.
    public func stop() {
        state.cancel()
        state.join()
    }

    /// How many threads a recipe wants for decoding: by itself up to four, beyond that one for four that compute. They
    /// step aside for these, so that there may be as many: all cores load when a step waits for data.
    public static func threads(workers: Int, cores: Int) -> Int {
        workers > 0 ? workers : min(cores, max(4, cores / 4))
    }
}

/// What the threads and the consumer share; the threads do not keep the prefetcher itself alive.
private final class State: @unchecked Sendable {  // Everything that changes is behind `lock`.
    private let lock = NSCondition()
    private let count: Int
    private let ahead: Int
    private let byteLimit: Int
    private let prepare: @Sendable (Int) throws -> Batch

    private var results: [Int: Result<Batch, any Error>] = [:]
    private var begun = 0
    private var consumed = 0
    private var heldBytes = 0
    private var largestBatch = 0
    private var running = 0
    private var isCancelled = false

    init(count: Int, ahead: Int, byteLimit: Int, prepare: @escaping @Sendable (Int) throws -> Batch) {
        self.count = count
        self.ahead = ahead
        self.byteLimit = byteLimit
        self.prepare = prepare
    }

    func start(threads: Int) {
        running = threads
        for _ in 0..<threads {
            let thread = Thread { [self] in
                chost_step_aside()
                work()
            }
            thread.name = "prefetch"
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    private func work() {
        while let number = begin() {
            finish(number, Result { try prepare(number) })
        }
        lock.lock()
        running -= 1
        lock.broadcast()
        lock.unlock()
    }

    /// Claims the next batch to prepare; nil when there is nothing left to do.
    private func begin() -> Int? {
        lock.lock()
        defer { lock.unlock() }
        while !isCancelled, begun < count {
            let unfinished = begun - consumed - results.count
            // Unfinished batches are taken to be as large as the largest so far.
            let fits = begun - consumed < ahead && heldBytes + (unfinished + 1) * largestBatch <= byteLimit
            if begun == consumed || fits {
                begun += 1
                return begun - 1
            }
            lock.wait()
        }
        return nil
    }

    private func finish(_ number: Int, _ result: Result<Batch, any Error>) {
        lock.lock()
        results[number] = result
        heldBytes += State.bytes(result)
        largestBatch = max(largestBatch, State.bytes(result))
        // Nothing after a failure is ever asked for.
        if case .failure = result { begun = count }
        lock.broadcast()
        lock.unlock()
    }

    func next() throws -> Batch? {
        lock.lock()
        defer { lock.unlock() }
        while !isCancelled, consumed < count {
            guard let result = results[consumed] else {
                lock.wait()
                continue
            }
            let batch = try result.get()
            results[consumed] = nil
            heldBytes -= State.bytes(result)
            consumed += 1
            lock.broadcast()
            return batch
        }
        return nil
    }

    func cancel() {
        lock.lock()
        isCancelled = true
        results = [:]
        lock.broadcast()
        lock.unlock()
    }

    func join() {
        lock.lock()
        while running > 0 { lock.wait() }
        lock.unlock()
    }

    private static func bytes(_ result: Result<Batch, any Error>) -> Int {
        guard case .success(let batch) = result else { return 0 }
        return batch.images.shape.count * MemoryLayout<Float>.stride
    }
}
