import Distillation
import Testing

@Suite struct EquationTests {
    let equation = Equation(groups: [
        Equation.Group(
            weight: 2,
            parts: [
                Equation.Part(name: "box", gain: 7.5, valueIncludesGain: true),
                Equation.Part(name: "cls", gain: 0, valueIncludesGain: true),
            ]),
        Equation.Group(weight: 0.5, parts: [Equation.Part(name: "distill_box", gain: 3)]),
    ])

    @Test func textIsTheFormula() {
        #expect(equation.text == "2·(box 7.5 + cls 0) + 0.5·(distill_box 3)")
    }

    @Test func weightsTurnLoggedValuesIntoTheTotal() {
        #expect(equation.weights == [2, 0, 1.5])
        let terms = equation.terms([10, 0, 4])
        #expect(terms.total == 26)
        #expect(terms.map(\.contribution) == [20, 0, 6])
    }

    @Test func aTermWithoutWeightDoesNotSpoilTheTotal() {
        #expect(equation.terms([10, .nan, 4]).total == 26)
    }
}
