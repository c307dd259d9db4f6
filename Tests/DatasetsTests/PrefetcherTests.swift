import Configuration
import Datasets
import Diagnostics
import Foundation
import Synchronization
import Tensors
import Testing

@Suite struct PrefetcherTests {
    /// A batch of one pixel that knows its number.
    private static func batch(_ number: Int) -> Batch {
        Batch(
            images: Tensor(Shape(1, 1, 1, 3), repeating: Float(number)),
            labels: BoxLabels(objects: [], imageCount: 1), sources: [])
    }

    private static func numbers(_ prefetcher: Prefetcher) throws -> [Int] {
        var result: [Int] = []
        while let batch = try prefetcher.next() { result.append(Int(batch.images.values[0])) }
        return result
    }

    @Test(arguments: [1, 2, 5]) func batchesComeInOrderForAnyNumberOfThreads(threads: Int) throws {
        let prefetcher = Prefetcher(count: 40, threads: threads) { number in
            usleep(UInt32((number * 7) % 5) * 200)
            return Self.batch(number)
        }
        #expect(try Self.numbers(prefetcher) == Array(0..<40))
        #expect(try prefetcher.next() == nil)
        prefetcher.stop()
    }

    @Test func aFailureComesInItsPlaceAndStays() throws {
        let prefetcher = Prefetcher(count: 40, threads: 3) { number in
            if number >= 6 { throw Problem("broken \(number)", file: "x.jpg") }
            return Self.batch(number)
        }
        for number in 0..<6 { #expect(try prefetcher.next()?.images.values.first == Float(number)) }
        #expect(try problem { _ = try prefetcher.next() }.message == "broken 6")
        #expect(try problem { _ = try prefetcher.next() }.message == "broken 6")
        prefetcher.stop()
    }

    @Test func bytesAheadAreBounded() throws {
        let begun = Atomic<Int>(0)
        let prefetcher = Prefetcher(count: 50, threads: 4, byteLimit: 5 * 12) { number in
            begun.add(1, ordering: .relaxed)
            return Self.batch(number)
        }
        for number in 0..<50 {
            usleep(300)
            // At first no size is known, so that every thread may begin one.
            #expect(begun.load(ordering: .relaxed) <= number + 6)
            #expect(try prefetcher.next()?.images.values.first == Float(number))
        }
    }

    @Test(arguments: [1, 3]) func batchesAheadAreBounded(ahead: Int) throws {
        let begun = Atomic<Int>(0)
        let prefetcher = Prefetcher(count: 30, threads: 4, ahead: ahead) { number in
            begun.add(1, ordering: .relaxed)
            return Self.batch(number)
        }
        for number in 0..<30 {
            usleep(300)
            #expect(begun.load(ordering: .relaxed) <= number + ahead)
            #expect(try prefetcher.next()?.images.values.first == Float(number))
        }
    }

    @Test func aBatchAboveTheLimitStillComes() throws {
        let prefetcher = Prefetcher(count: 9, threads: 2, byteLimit: 0) { Self.batch($0) }
        #expect(try Self.numbers(prefetcher) == Array(0..<9))
    }

    @Test func stoppingEndsThreadsThatWaitOrWork() throws {
        for consumed in [0, 1, 7] {
            let prefetcher = Prefetcher(count: 1_000, threads: 3, byteLimit: 40) { number in
                usleep(500)
                return Self.batch(number)
            }
            for _ in 0..<consumed { _ = try prefetcher.next() }
            prefetcher.stop()
            prefetcher.stop()
            #expect(try prefetcher.next() == nil)
        }
    }

    @Test func aDroppedPrefetcherEndsItsThreads() throws {
        final class Witness: Sendable {}
        weak var gone: Witness?
        do {
            let witness = Witness()
            gone = witness
            let prefetcher = Prefetcher(count: 1_000, threads: 2, byteLimit: 40) { number in
                withExtendedLifetime(witness) { Self.batch(number) }
            }
            _ = try prefetcher.next()
        }
        for _ in 0..<2_000 where gone != nil { usleep(1_000) }
        #expect(gone == nil)
    }

    @Test func anEpochPrefetchedEqualsTheLoader() throws {
        let folder = TemporaryFolder()
        try makeDataset(folder, train: 5)
        var recipe = Recipe()
        recipe.imgsz = [32]
        let store = PictureStore(try catalog(folder, recipe: recipe), target: (32, 32), limit: 0)
        let loader = BatchLoader(store: store, plan: ShardPlan(images: 5, shards: 2, batch: 1), recipe: recipe)
        let requests = (0..<2).flatMap { epoch in
            (0..<loader.plan.stepsPerEpoch).map { BatchRequest(epoch: epoch, step: $0, shard: 1) }
        }
        let prefetcher = Prefetcher(count: requests.count, threads: 3) { try loader.batch(requests[$0]) }
        for request in requests {
            let expected = try loader.batch(request), found = try #require(try prefetcher.next())
            #expect(found.images.values == expected.images.values && found.labels == expected.labels)
        }
        #expect(try prefetcher.next() == nil)
    }
}
