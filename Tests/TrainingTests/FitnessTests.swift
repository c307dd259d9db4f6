import Testing

@testable import Training

@Suite struct FitnessTests {
    @Test func fitnessIsTheWeightedSumOfTheFourNumbersToFiveDecimals() {
        #expect(fitness([0.72237, 0.75, 0.62, 0.495], weights: [0, 0, 0.1, 0.9]) == 0.5075)
        #expect(fitness([0.72237, 0.75, 0.62, 0.495], weights: [1, 0, 0, 0]) == 0.72237)
        #expect(fitness([0.1, 0.2, 0.3, 0.4], weights: [1, 2, 3, 4]) == 3)
        #expect(fitness([0, 0, 0.333333, 0], weights: [0, 0, 1, 0]) == 0.33333)
    }

    @Test func aNumberThatIsNoneCountsAsZero() {
        #expect(fitness([.nan, 0.5, .nan, 0.25], weights: [0.5, 0.5, 0, 0.5]) == 0.375)
    }

    @Test func anEpochOfNothingIsNoImprovementOnNothing() {
        var stopping = EarlyStopping(patience: 2)
        let verdicts = (1...3).map { stopping.observe(0, epoch: $0) }
        #expect(verdicts.map(\.isBest) == [true, false, false])
        #expect(verdicts.map(\.stops) == [false, false, true])
        #expect(stopping.bestEpoch == 1)
        #expect(stopping.observe(0.00001, epoch: 4).isBest)
    }
}
