import Synchronization
import Testing

@testable import Tensors

@Suite(.serialized) struct ThreadsTests {
    @Test(arguments: [1, 2, 5]) func everyTaskRunsExactlyOnceAlsoWhenNested(threads: Int) {
        Threads.count = threads
        for _ in 0..<200 {
            let counts = Mutex([Int](repeating: 0, count: 60))
            parallel(tasks: 6) { outer in
                parallel(tasks: 10) { inner in counts.withLock { $0[outer * 10 + inner] += 1 } }
            }
            #expect(counts.withLock { $0 } == [Int](repeating: 1, count: 60))
        }
    }

    @Test(arguments: [1, 2, 3, 16]) func rangesCoverAllOnceAndTheirLastRoundIsShared(threads: Int) {
        Threads.count = threads
        for (size, count) in [(12, 1), (12, 32), (12, 128), (48, 72), (6, 600), (42, 3200)] {
            let ranges = Mutex([Range<Int>]())
            parallel(rangesOf: size, in: count, unit: 6) { range in ranges.withLock { $0.append(range) } }
            let sorted = ranges.withLock { $0 }.sorted { $0.lowerBound < $1.lowerBound }
            #expect(sorted.first?.lowerBound == 0 && sorted.last?.upperBound == (count + 5) / 6 * 6)
            #expect(zip(sorted, sorted.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
            #expect(sorted.allSatisfy { $0.count <= size && $0.count % 6 == 0 && !$0.isEmpty })
            // Whole rounds, then one of equal shares and what is left of the last.
            let last = sorted.map(\.count).filter { $0 < size }
            #expect(last.count <= threads && Set(last.dropLast()).count <= 1, "\(sorted)")
            #expect((last.last ?? 0) <= (last.first ?? 0), "\(sorted)")
        }
    }
}
