import Datasets
import Testing

@Suite struct ShardTests {
    @Test func anEpochCoversEveryImageOnce() {
        for count in [1, 2, 3, 7, 16, 100, 1025] {
            let order = EpochOrder(count: count, seed: 3, epoch: 5)
            #expect(Set((0..<count).map { order[$0] }) == Set(0..<count))
        }
    }

    @Test func epochsAndSeedsHaveTheirOwnOrder() {
        func order(_ seed: Int, _ epoch: Int) -> [Int] {
            let order = EpochOrder(count: 200, seed: seed, epoch: epoch)
            return (0..<200).map { order[$0] }
        }
        #expect(order(0, 0) == order(0, 0))
        #expect(order(0, 0) != order(0, 1))
        #expect(order(0, 0) != order(1, 0))
        #expect(order(0, 0) != Array(0..<200))
        // Few images stay near their place: 200 · 1/200 on average.
        #expect(order(0, 0).enumerated().filter { $0.offset == $0.element }.count < 8)
    }

    @Test func firstPlacesAreSpreadEvenly() {
        var counts = [Int](repeating: 0, count: 10)
        for epoch in 0..<2000 { counts[EpochOrder(count: 10, seed: 1, epoch: epoch)[0]] += 1 }
        // 200 expected, standard deviation 13.
        #expect(counts.allSatisfy { (140...260).contains($0) })
    }

    @Test(arguments: [(10, 1, 4), (10, 4, 1), (103, 4, 8), (3, 8, 2), (64, 8, 8), (1, 3, 5)])
    func shardsAreDisjointAndCoverTheStep(images: Int, shards: Int, batch: Int) {
        let plan = ShardPlan(images: images, shards: shards, batch: batch)
        var all: [Int] = []
        for step in 0..<plan.stepsPerEpoch {
            let parts = (0..<shards).map { plan.positions(step: step, shard: $0) }
            #expect(parts.flatMap { Array($0) } == Array(plan.positions(step: step)))
            if step < plan.stepsPerEpoch - 1 { #expect(parts.allSatisfy { $0.count == batch }) }
            #expect((parts.map(\.count).max() ?? 0) - (parts.map(\.count).min() ?? 0) <= 1)
            all += parts.flatMap { Array($0) }
        }
        #expect(all == Array(0..<images))
    }

    @Test func stepsDependOnTheGlobalBatchOnly() {
        let whole = ShardPlan(images: 50, shards: 1, batch: 16), quarters = ShardPlan(images: 50, shards: 4, batch: 4)
        #expect(whole.stepsPerEpoch == 4 && quarters.stepsPerEpoch == 4)
        for step in 0..<4 { #expect(whole.positions(step: step) == quarters.positions(step: step)) }
    }
}
