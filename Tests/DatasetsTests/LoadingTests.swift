import Configuration
import Foundation
import Synchronization
import Testing

@testable import Datasets

/// What is decoded, kept and drawn, and what it costs.
@Suite struct LoadingTests {
    let folder = TemporaryFolder()
    private let side = 32

    private func recipe() -> Recipe {
        var recipe = Recipe()
        recipe.imgsz = [side]
        (recipe.epochs, recipe.batch) = (40, 2)
        return recipe
    }

    private func loader(
        _ plan: ShardPlan, limit: Int = 1 << 30, _ change: (inout Recipe) -> Void = { _ in }
    ) throws -> BatchLoader {
        var recipe = recipe()
        change(&recipe)
        let store = PictureStore(
            try catalog(folder, recipe: recipe), target: (side, side), limit: limit, keeping: .recent, reduces: true)
        return BatchLoader(store: store, plan: plan, recipe: recipe, assumesLarge: true)
    }

    @Test func aSmallSetMixesAllImagesAndALargeOneWhatTheShardHasShown() throws {
        let plan = ShardPlan(images: 600, shards: 3, batch: 2)
        let request = BatchRequest(epoch: 4, step: 20, shard: 1)
        #expect(Mates(plan: plan, seed: 3, drawsFromAll: true).pool(for: request) == .all(600))
        let mates = Mates(plan: plan, seed: 3, drawsFromAll: false)
        func shown(_ epoch: Int, _ step: Int, _ shard: Int) -> [Int] {
            let order = EpochOrder(count: 600, seed: 3, epoch: epoch)
            return plan.positions(step: step, shard: shard).map { order[$0] }
        }
        #expect(mates.pool(for: request) == .some((12..<20).flatMap { shown(4, $0, 1) }))
        // At the start of an epoch: the end of the one before; of the first, its own end.
        let early = (97..<100).flatMap { shown(3, $0, 1) } + (0..<5).flatMap { shown(4, $0, 1) }
        #expect(mates.pool(for: BatchRequest(epoch: 4, step: 5, shard: 1)) == .some(early))
        let first = (92..<100).flatMap { shown(0, $0, 2) }
        #expect(mates.pool(for: BatchRequest(epoch: 0, step: 0, shard: 2)) == .some(first))
        // No more than a thousand, the latest ones.
        let wide = Mates(plan: ShardPlan(images: 9000, shards: 1, batch: 300), seed: 3, drawsFromAll: false)
        guard case .some(let latest) = wide.pool(for: BatchRequest(epoch: 0, step: 20, shard: 0)) else {
            Issue.record("a list")
            return
        }
        let order = EpochOrder(count: 9000, seed: 3, epoch: 0)
        #expect(latest == (5000..<6000).map { order[$0] })
    }

    @Test func aMosaicOfALargeSetCostsOneDecodedPicture() throws {
        try makeDataset(folder, train: 60)
        let plan = ShardPlan(images: 60, shards: 1, batch: 2)
        let loader = try loader(plan, limit: BatchLoader.recentPictures(batch: 2) * side * side * 3)
        for step in 0..<10 { _ = try loader.batch(epoch: 0, step: step, shard: 0) }
        let before = loader.times.sums
        for step in 10..<30 { _ = try loader.batch(epoch: 0, step: step, shard: 0) }
        let sums = loader.times.sums.since(before)
        #expect(sums.images == 40 && (36...41).contains(sums.decoded), "\(sums)")
    }

    @Test func batchesOfALargeSetAreTheSameWhateverIsKeptAndByAnyNumberOfThreads() throws {
        try makeDataset(folder, train: 11)
        let plan = ShardPlan(images: 11, shards: 2, batch: 2)
        func images(limit: Int, threads: Int) throws -> [[Float]] {
            let loader = try loader(plan, limit: limit) { $0.mixup = 0.5 }
            let steps = plan.stepsPerEpoch
            let prefetcher = Prefetcher(count: 4 * steps, threads: threads) { number in
                try loader.batch(epoch: number / 2 / steps, step: number / 2 % steps, shard: number % 2)
            }
            var result: [[Float]] = []
            while let batch = try prefetcher.next() { result.append(batch.images.values) }
            return result
        }
        let expected = try images(limit: 1 << 30, threads: 1)
        #expect(try images(limit: 0, threads: 3) == expected)
        #expect(try images(limit: 5 * side * side * 3, threads: 4) == expected)
    }

    @Test func aPictureThatSeveralThreadsWantIsDecodedOnce() throws {
        // Large enough for the second thread to come while the first one decodes.
        folder.write("train/images/x.jpg", try jpeg(pattern(1200, 1600)))
        folder.write("train/labels/x.txt", text: "0 0.5 0.5 0.4 0.3")
        folder.write("val/images/x.jpg", try jpeg(pattern(12, 14)))
        let store = PictureStore(try catalog(folder), target: (side, side), limit: 1 << 20)
        let decoded = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            let timer = StageTimer()
            _ = try? store.picture(0, timer: timer)
            decoded.add(timer.decoded, ordering: .relaxed)
        }
        #expect(decoded.load(ordering: .relaxed) == 1)
    }

    @Test func whenThereIsNotRoomForAllTheFirstOrTheLatestStay() throws {
        try makeDataset(folder, train: 5)
        let catalog = try catalog(folder)
        func decoded(_ keeping: PictureStore.Keeping, _ index: Int) throws -> Int {
            let room = 3 * side * side * 3
            let store = PictureStore(catalog, target: (side, side), limit: room, keeping: keeping)
            for other in 0..<5 { _ = try store.picture(other) }
            let timer = StageTimer()
            _ = try store.picture(index, timer: timer)
            return timer.decoded
        }
        #expect(try decoded(.first, 0) == 0 && decoded(.first, 4) == 1)
        #expect(try decoded(.recent, 0) == 1 && decoded(.recent, 4) == 0)
    }

    @Test func stagesAddUpToTheWhole() throws {
        try makeDataset(folder, train: 4)
        let loader = try loader(ShardPlan(images: 4, shards: 1, batch: 2))
        for step in 0..<2 { _ = try loader.batch(epoch: 0, step: step, shard: 0) }
        let sums = loader.times.sums
        #expect(sums.images == 4 && sums.decoded == 4)
        for stage in LoadingStage.allCases where stage != .letterbox {
            #expect(sums.seconds[stage.rawValue] > 0, "\(stage)")
        }
        #expect(sums.seconds[LoadingStage.letterbox.rawValue] == 0)
        #expect(abs(LoadingStage.allCases.reduce(0) { $0 + sums.share(of: $1) } - 1) < 1e-9)
        let recipe = recipe()
        let store = PictureStore(try catalog(folder, .validation), target: (side, side), limit: 0)
        let batches = ValidationBatches(store: store, batch: 2, recipe: recipe)
        _ = try batches.batch(0)
        #expect(batches.times.sums.images == 2 && batches.times.sums.seconds[LoadingStage.letterbox.rawValue] > 0)
        #expect(batches.times.sums.seconds[LoadingStage.mosaic.rawValue] == 0)
    }

    #if os(Linux)
        @Test func loadingThreadsStepAsideAndOthersDoNot() throws {
            let niceness = Atomic<Int>(-1)
            // Of this thread.
            let own = getpriority(0, 0)
            try makeDataset(folder, train: 2)
            let loader = try loader(ShardPlan(images: 2, shards: 1, batch: 2))
            let prefetcher = Prefetcher(count: 1, threads: 1) { _ in
                niceness.store(Int(getpriority(0, 0)), ordering: .relaxed)
                return try loader.batch(epoch: 0, step: 0, shard: 0)
            }
            _ = try prefetcher.next()
            #expect(niceness.load(ordering: .relaxed) == max(Int(own), 10))
            #expect(getpriority(0, 0) == own)
        }
    #endif

    @Test func thereAreAsManyLoadingThreadsAsCoresUpToFour() {
        func threads(_ cores: Int) -> Int { Prefetcher.threads(workers: 0, cores: cores) }
        #expect([1, 2, 4, 8, 16, 64].map(threads) == [1, 2, 4, 4, 4, 16])
        #expect(Prefetcher.threads(workers: 7, cores: 2) == 7)
    }
}
