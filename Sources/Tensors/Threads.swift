import Foundation
import Synchronization

/// The compute threads of this process.
///
/// Sums are split at places that depend on shapes only, and every task writes its own values, so the number of threads
/// has no influence on any bit of a result.
public enum Threads {
    /// Threads that take part in `parallel`, the caller included; at least 1. Set once at start (tests vary it).
    public static var count: Int {
        get { pool.limit }
        set { pool.limit = max(newValue, 1) }
    }

    fileprivate static let pool = Pool()
}

/// Runs `body` for 0..<`tasks`, each exactly once, on the threads of this process; returns when all are done.
///
/// May be nested and called from several threads.
public func parallel(tasks: Int, _ body: (Int) -> Void) {
    if tasks <= 1 || Threads.count == 1 {
        for task in 0..<max(tasks, 0) { body(task) }
        return
    }
    Threads.pool.run(tasks, body)
}

/// Runs `body` over 0..<`count` rows of `width` values in ranges of about 16 K values, at fixed places.
public func parallel(rowsOf count: Int, width: Int, _ body: (Range<Int>) -> Void) {
    let rows = max(1, 16_384 / max(width, 1))
    parallel(tasks: (count + rows - 1) / rows) { task in
        body(task * rows..<min(count, (task + 1) * rows))
    }
}

/// Runs `body` over 0..<`count` in ranges of `size`, and what is left for a last round in equal shares for all threads; ranges
/// begin at multiples of `unit`, and the last one may reach beyond `count`.
///
/// Where ranges begin depends on the number of threads: for results that do not depend on it.
func parallel(rangesOf size: Int, in count: Int, unit: Int, _ body: (Range<Int>) -> Void) {
    let (units, perRange, threads) = (divideUp(count, by: unit), max(1, size / unit), Threads.count)
    let whole = units / (perRange * threads) * threads
    let rest = units - whole * perRange
    let share = max(1, divideUp(rest, by: threads))
    parallel(tasks: whole + divideUp(rest, by: share)) { task in
        let start = min(task, whole) * perRange + max(0, task - whole) * share
        let end = task < whole ? start + perRange : min(start + share, units)
        body(start * unit..<end * unit)
    }
}

/// Sleeping threads that help whoever calls `run`.
private final class Pool: @unchecked Sendable {  // All state is behind `lock` or atomic.
    private final class Job: @unchecked Sendable {  // `body` is cleared only after the last helper has left.
        let tasks: Int
        var body: ((Int) -> Void)?
        let next = Atomic<Int>(0)
        let helpers = Atomic<Int>(0)

        init(tasks: Int, body: @escaping (Int) -> Void) {
            self.tasks = tasks
            self.body = body
        }

        /// Takes tasks until none is left.
        func work() {
            guard let body else { return }
            while true {
                let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
                if task >= tasks { return }
                body(task)
            }
        }

        var hasTasks: Bool { next.load(ordering: .relaxed) < tasks }
    }

    private let lock = NSCondition()
    private var jobs: [Job] = []
    private var started = 0
    private let width = Atomic<Int>(1)

    var limit: Int {
        get { width.load(ordering: .relaxed) }
        set { width.store(newValue, ordering: .relaxed) }
    }

    func run(_ tasks: Int, _ body: (Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            let job = Job(tasks: tasks, body: body)
            lock.lock()
            while started < limit - 1 { startHelper() }
            jobs.append(job)
            lock.broadcast()
            lock.unlock()
            job.work()
            lock.lock()
            jobs.removeAll { $0 === job }
            lock.unlock()
            // A helper may still be in its last, short task: spin before giving the core away.
            var spins = 0
            while job.helpers.load(ordering: .acquiring) > 0 {
                spins += 1
                if spins > 2000 { sched_yield() }
            }
            job.body = nil
        }
    }

    private func startHelper() {
        started += 1
        let place = started
        let thread = Thread { [self] in help(place) }
        thread.stackSize = 8 << 20
        thread.start()
    }

    private func help(_ place: Int) {
        while true {
            let job = nextJob(for: place)
            job.work()
            _ = job.helpers.wrappingSubtract(1, ordering: .releasing)
        }
    }

    private func nextJob(for place: Int) -> Job {
        lock.lock()
        defer { lock.unlock() }
        while true {
            if place < limit, let job = jobs.first(where: { $0.hasTasks }) {
                _ = job.helpers.wrappingAdd(1, ordering: .relaxed)
                return job
            }
            lock.wait()
        }
    }
}
