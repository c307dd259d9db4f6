import Layers
import ReferenceOps
import Tensors
import TestSupport
import Testing

/// Convolution, BatchNorm and activation as one block, against the formula in Double.
@Suite struct ConvBlockGradientTests {
    private static let algorithms = [nil] + ConvolutionAlgorithm.allCases

    @Test(arguments: ConvBlockCase.small + ConvBlockCase.large, algorithms)
    func trainingAndInferenceGiveWhatTheFormulaSays(_ c: ConvBlockCase, forced: ConvolutionAlgorithm?) {
        ConvolutionChoices.$substitute.withValue(ConvolutionChoices(forced: forced)) {
            let check = c.check
            #expect(check.trainingError() < 1e-5)
            #expect(check.inferenceError() < 1e-5)
        }
    }

    @Test(arguments: ConvBlockCase.small)
    func everyGradientEqualsCentralDifferences(_ c: ConvBlockCase) {
        let gradients = c.check.gradients()
        #expect(gradients.dropFirst().map(\.name) == ["conv.weight", "bn.weight", "bn.bias"].map { "model.0." + $0 })
        for gradient in gradients { #expect(gradient.error < 1e-4, "\(gradient)") }
    }

    @Test(arguments: ConvBlockCase.large, algorithms)
    func slopesAlongRandomDirectionsEqualCentralDifferences(_ c: ConvBlockCase, forced: ConvolutionAlgorithm?) {
        ConvolutionChoices.$substitute.withValue(ConvolutionChoices(forced: forced)) {
            for gradient in c.check.gradients(along: 4) { #expect(gradient.error < 1e-4, "\(gradient)") }
        }
    }

    @Test func aResidualAndViewsPassGradientsOn() {
        let check = BlockCheck(
            inputs: [Shape(2, 3, 4, 9), Shape(2, 3, 4, 7)],
            build: { scope in
                let block = ConvBlock(5, 4, kernel: 3, in: scope)
                return { inputs in
                    let room = Activation(room: Shape(2, 3, 4, 6), recordedOn: inputs[0].tape, needsGradient: true)
                    room.tensor.fill(0.25)
                    _ = block(
                        inputs[0].channels(1..<8).channels(2..<7), adding: inputs[1].channels(3..<7),
                        into: room.channels(1..<5))
                    return [room]
                }
            },
            formula: { inputs, weights in
                let sum = inputs[0].channels(3..<8).block(weights, kernel: 3).adding(inputs[1].channels(3..<7))
                let edge = ReferenceMap(2, 3, 4, 1) { _, _, _, _ in 0.25 }
                return [ReferenceMap.joined([edge, sum, edge])]
            })
        #expect(check.trainingError() < 1e-5)
        for gradient in check.gradients() { #expect(gradient.error < 1e-4, "\(gradient)") }
    }

    @Test func gradientsOfSeveralUsesAddUp() {
        let check = BlockCheck(
            inputs: [Shape(2, 3, 3, 6)],
            build: { scope in
                let (first, second) = (ConvBlock(6, 6, kernel: 3, in: scope / 0), ConvBlock(6, 6, in: scope / 1))
                return { inputs in
                    let once = first(inputs[0], adding: inputs[0])
                    return [second(once, adding: second(inputs[0]))]
                }
            },
            formula: { inputs, weights in
                let once = inputs[0].block(weights / 0, kernel: 3).adding(inputs[0])
                return [once.block(weights / 1).adding(inputs[0].block(weights / 1))]
            })
        for gradient in check.gradients() { #expect(gradient.error < 1e-4, "\(gradient)") }
    }

    @Test func aBatchOfOnePixelStaysFinite() {
        let c = ConvBlockCase(Shape(1, 1, 1, 4), 3)
        #expect(c.check.trainingError() < 1e-6)
        for gradient in c.check.gradients() { #expect(gradient.error < 1e-2, "\(gradient)") }
    }
}

/// A frozen block: its own numbers stay, gradients pass through.
@Suite struct FrozenConvBlockTests {
    @Test(arguments: ConvBlockCase.small)
    func aFrozenBlockEqualsItsFoldedForm(_ c: ConvBlockCase) {
        let check = c.check
        check.weights.freeze(layers: [0])
        #expect(check.trainingError() < 1e-5)
        #expect(check.inferenceError() < 1e-5)

        let weights = Weights()
        let block = c.block(in: weights.scope / "model" / 0)
        weights.seal(seed: 0)
        for entry in weights.entries {
            if let same = check.weights[entry.name] { weights.write(entry, check.weights.read(same)) }
        }
        weights.freeze(layers: [0])
        let input = Tensor(c.input, (0..<c.input.count).map { Float($0 % 11) / 5 - 1 })
        let watched = Activation(room: c.input, recordedOn: Tape(), needsGradient: true)
        watched.tensor.copy(from: input)
        #expect(relativeError(block(watched).tensor.values, block(Activation(input)).tensor.values) < 1e-6)
    }

    @Test(arguments: ConvBlockCase.small)
    func onlyTheInputOfAFrozenBlockGetsAGradient(_ c: ConvBlockCase) {
        let check = c.check
        check.weights.freeze(layers: [0])
        let gradients = check.gradients()
        #expect(gradients.map(\.name) == ["input 0"])
        for gradient in gradients { #expect(gradient.error < 1e-4, "\(gradient)") }
        #expect(check.weights.gradients.values.allSatisfy { $0 == 0 })
    }
}
