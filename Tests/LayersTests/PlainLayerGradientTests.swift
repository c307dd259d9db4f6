import Layers
import ReferenceOps
import Tensors
import TestSupport
import Testing

/// Layers without BatchNorm, against their formulas in Double.
@Suite struct PlainLayerGradientTests {
    @Test(arguments: [
        (Shape(1, 3, 5, 4), 3, 1), (Shape(3, 1, 1, 9), 5, 1), (Shape(2, 4, 3, 3), 10, 3), (Shape(1, 6, 5, 17), 2, 1),
    ])
    func aConvolutionWithBias(input: Shape, outputs: Int, kernel: Int) {
        let check = BlockCheck(
            inputs: [input],
            build: { scope in
                let convolution = Convolution(input.channels, outputs, kernel: kernel, in: scope)
                return { [convolution($0[0])] }
            },
            formula: { inputs, weights in
                [inputs[0].convolved(weights["weight"], outputs: outputs, kernel: kernel, bias: weights["bias"])]
            })
        expectAgreement(check, gradients: ["input 0", "model.0.weight", "model.0.bias"])
        check.weights.freeze(layers: [0])
        expectAgreement(check, gradients: ["input 0"])
    }

    @Test(arguments: [(Shape(1, 5, 7, 3), 5), (Shape(3, 1, 1, 2), 5), (Shape(2, 4, 3, 9), 3), (Shape(1, 6, 7, 8), 5)])
    func aMaxPool(input: Shape, window: Int) {
        let check = BlockCheck(
            inputs: [input.with(channels: input.channels + 3)],
            build: { _ in
                { inputs in
                    let room = Activation(room: input, recordedOn: inputs[0].tape, needsGradient: true)
                    MaxPool(window: window)(inputs[0].channels(2..<2 + input.channels), into: room)
                    return [room]
                }
            },
            formula: { inputs, _ in
                [inputs[0].channels(2..<2 + input.channels).pooled(window: window)]
            })
        for map in check.evaluate({ inputs, _ in inputs }) {
            #expect(map.smallestLead(window: window) > 2e-5, "too near for a derivative")
        }
        expectAgreement(check, gradients: ["input 0"])
    }

    @Test(arguments: [Shape(1, 1, 1, 1), Shape(3, 2, 3, 5), Shape(1, 3, 1, 9)])
    func anUpsampling(input: Shape) {
        let check = BlockCheck(
            inputs: [input], build: { _ in { [Upsample()($0[0])] } }, formula: { inputs, _ in [inputs[0].enlarged] })
        expectAgreement(check, gradients: ["input 0"])
    }

    @Test func aConcatenationAlsoOfOneMapTwice() {
        let check = BlockCheck(
            inputs: [Shape(3, 2, 3, 5), Shape(3, 2, 3, 8), Shape(3, 2, 3, 1)],
            build: { _ in { [Concatenation()([$0[0], $0[1], $0[0], $0[2].channels(0..<1)])] } },
            formula: { inputs, _ in [.joined([inputs[0], inputs[1], inputs[0], inputs[2]])] })
        expectAgreement(check, gradients: ["input 0", "input 1", "input 2"])
    }

    @Test func aJoinOfLevelsAlsoOfOneTwice() {
        let check = BlockCheck(
            inputs: [Shape(3, 2, 3, 5), Shape(3, 1, 1, 5), Shape(3, 1, 2, 7)],
            build: { _ in { [LevelJoin()([$0[0], $0[1], $0[2].channels(1..<6), $0[1]])] } },
            formula: { inputs, _ in [.linedUp([inputs[0], inputs[1], inputs[2].channels(1..<6), inputs[1]])] })
        expectAgreement(check, gradients: ["input 0", "input 1", "input 2"])
    }

    private func expectAgreement(_ check: BlockCheck, gradients names: [String]) {
        #expect(check.trainingError() < 1e-6)
        #expect(check.inferenceError() < 1e-6)
        let gradients = check.gradients()
        #expect(gradients.map(\.name) == names)
        for gradient in gradients { #expect(gradient.error < 1e-5, "\(gradient)") }
    }
}
