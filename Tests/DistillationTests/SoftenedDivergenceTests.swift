import Distillation
import ReferenceOps
import Tensors
import TestSupport
import Testing

@Suite struct SoftenedDivergenceTests {
    static let forms: [SoftenedDivergence.Distribution] = [.categorical, .bernoulli]

    func reference(
        _ form: SoftenedDivergence.Distribution, _ learned: [Double], _ taught: [Float], _ temperature: Float
    ) -> Double {
        let taught = taught.map(Double.init)
        return form == .categorical
            ? referenceCategoricalDivergence(learned: learned, taught: taught, temperature: Double(temperature))
            : referenceBernoulliDivergence(learned: learned, taught: taught, temperature: Double(temperature))
    }

    func logits(_ count: Int, key: Int, spread: Double = 3) -> [Float] {
        var stream = RandomStream(count, key)
        return (0..<count).map { _ in Float(spread * stream.normal()) }
    }

    @Test(arguments: forms, [1, 2, 5, 8, 9, 80])
    func valueAndGradientAreTheFormulas(_ form: SoftenedDivergence.Distribution, _ count: Int) {
        for temperature: Float in [1, 2, 7] {
            let (learned, taught) = (logits(count, key: 1), logits(count, key: 2))
            var gradient = [Float](repeating: 1, count: count + 1)
            let value = SoftenedDivergence(form, temperature: temperature)
                .evaluate(learned: learned, taught: taught, count: count, scale: 3, gradient: &gradient)
            #expect(abs(value - reference(form, learned.map(Double.init), taught, temperature)) < 1e-5 * max(value, 1))
            let exact = centralDifferences(at: learned.map(Double.init)) {
                reference(form, $0, taught, temperature)
            }
            let expected = exact.map { Float(1 + 3 * $0) }
            #expect(largestDifference(Array(gradient.dropLast()), expected) < 1e-4)
            #expect(gradient[count] == 1, "writes beyond its row")
        }
    }

    @Test(arguments: forms)
    func equalLogitsCostNothing(_ form: SoftenedDivergence.Distribution) {
        let row = logits(13, key: 3, spread: 8)
        var gradient = [Float](repeating: 0, count: 13)
        let value = SoftenedDivergence(form, temperature: 2)
            .evaluate(learned: row, taught: row, count: 13, scale: 1, gradient: &gradient)
        #expect(value == 0)
        #expect(gradient.allSatisfy { $0 == 0 })
    }

    @Test(arguments: forms)
    func extremeLogitsStayFinite(_ form: SoftenedDivergence.Distribution) {
        let learned: [Float] = [200, -200, 90, 0]
        let taught: [Float] = [-200, 200, 80, 0]
        var gradient = [Float](repeating: 0, count: 4)
        let value = SoftenedDivergence(form, temperature: 1)
            .evaluate(learned: learned, taught: taught, count: 4, scale: 1, gradient: &gradient)
        #expect(value.isFinite && value > 100)
        #expect(gradient.allSatisfy { $0.isFinite })
    }

    @Test(arguments: forms)
    func notANumberIsPassedOn(_ form: SoftenedDivergence.Distribution) {
        let value = SoftenedDivergence(form, temperature: 1)
            .evaluate(learned: [0, .nan, 1], taught: [0, 1, 2], count: 3, scale: 1, gradient: nil)
        #expect(value.isNaN)
    }

    @Test func softmaxIsBlindToAShiftAndSigmoidIsNot() {
        let taught = logits(6, key: 4)
        let shifted = taught.map { $0 + 2 }
        func value(_ form: SoftenedDivergence.Distribution) -> Double {
            SoftenedDivergence(form, temperature: 2)
                .evaluate(learned: shifted, taught: taught, count: 6, scale: 1, gradient: nil)
        }
        #expect(abs(value(.categorical)) < 1e-5)
        #expect(value(.bernoulli) > 0.1)
    }

    @Test func oneClassTakesTheBernoulliForm() {
        let softmax = SoftenedDivergence(.categorical, temperature: 2)
        #expect(softmax.suited(to: 1).distribution == .bernoulli)
        #expect(softmax.suited(to: 2) == softmax)
    }
}
