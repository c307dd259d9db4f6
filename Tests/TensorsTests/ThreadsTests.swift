import Synchronization
import Tensors
import Testing

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
}
