import Layers
import ReferenceOps
import Tensors
import TestSupport
import Testing

@testable import Models

/// Blocks made of convolution blocks, against their formulas in Double.
@Suite struct BlockGradientTests {
    struct Case: CustomTestStringConvertible {
        let input: Shape
        let outputs: Int
        var depth = 1
        var shortcut = false

        init(_ input: Shape, _ outputs: Int, depth: Int = 1, shortcut: Bool = false) {
            self.input = input
            self.outputs = outputs
            self.depth = depth
            self.shortcut = shortcut
        }

        var testDescription: String { "\(input)→\(outputs), depth \(depth)\(shortcut ? ", shortcut" : "")" }

        func check(
            _ build: (WeightScope) -> any LayerBlock,
            _ formula: @escaping (ReferenceMap, ReferenceWeights) -> ReferenceMap
        ) -> BlockCheck {
            BlockCheck(
                inputs: [input],
                build: { scope in
                    let block = build(scope)
                    return { [block($0, into: nil)] }
                }, formula: { [formula($0[0], $1)] })
        }
    }

    static let stages = [
        Case(Shape(1, 3, 5, 4), 6, depth: 1, shortcut: true), Case(Shape(3, 2, 3, 5), 6, depth: 2),
        Case(Shape(3, 1, 1, 3), 4, depth: 2, shortcut: true), Case(Shape(1, 3, 4, 4), 10, depth: 2, shortcut: true),
    ]

    static let bottlenecks: [(Case, Double)] = [
        (Case(Shape(1, 3, 5, 4), 4, shortcut: true), 0.5), (Case(Shape(3, 3, 2, 5), 5, shortcut: true), 1),
        (Case(Shape(1, 4, 3, 4), 4), 1), (Case(Shape(3, 1, 1, 3), 7, shortcut: true), 0.5),
        (Case(Shape(1, 3, 3, 9), 9, shortcut: true), 0.34),
    ]

    @Test(arguments: bottlenecks)
    func aBottleneck(c: Case, expansion: Double) {
        let check = BlockCheck(
            inputs: [c.input],
            build: { scope in
                let bottleneck = Bottleneck(
                    c.input.channels, c.outputs, shortcut: c.shortcut, expansion: expansion, style: ConvStyle(),
                    in: scope)
                return { [bottleneck($0[0])] }
            }, formula: { [$0[0].bottleneck($1, shortcut: c.shortcut)] })
        expectAgreement(check, parameters: 6)
    }

    @Test(arguments: stages) func aC2f(_ c: Case) {
        let check = c.check {
            C2f(c.input.channels, c.outputs, depth: c.depth, shortcut: c.shortcut, style: ConvStyle(), in: $0)
        } _: {
            $0.c2f($1, depth: c.depth, shortcut: c.shortcut)
        }
        expectAgreement(check, parameters: 6 + 6 * c.depth)
    }

    @Test(arguments: stages + [Case(Shape(2, 3, 3, 4), 6, depth: 0)]) func aC3(_ c: Case) {
        let check = c.check {
            C3(c.input.channels, c.outputs, depth: c.depth, shortcut: c.shortcut, style: ConvStyle(), in: $0)
        } _: {
            $0.c3($1, depth: c.depth, shortcut: c.shortcut)
        }
        expectAgreement(check, parameters: 9 + 6 * c.depth)
    }

    @Test(arguments: [Case(Shape(1, 5, 7, 4), 5), Case(Shape(3, 1, 1, 6), 4), Case(Shape(3, 4, 3, 18), 9)])
    func anSPPF(_ c: Case) {
        for window in [3, 5] {
            let check = c.check {
                SPPF(c.input.channels, c.outputs, window: window, style: ConvStyle(), in: $0)
            } _: {
                $0.sppf($1, window: window)
            }
            for first in check.evaluate({ [$0[0].block($1 / "model" / 0 / "cv1")] }) {
                for reach in 1...3 {
                    let lead = first.smallestLead(window: 1 + reach * (window - 1))
                    #expect(lead > 5e-5, "too near for a derivative")
                }
            }
            expectAgreement(check, parameters: 6)
        }
    }

    @Test func aChainOfConvolutionsAndTheRowsWithoutWeights() {
        let check = BlockCheck(
            inputs: [Shape(2, 4, 6, 3), Shape(2, 4, 6, 2)],
            build: { scope in
                let chain = Chain(
                    blocks: [
                        SingleConv(block: ConvBlock(3, 4, kernel: 3, stride: 2, in: scope / 0)),
                        SingleConv(block: ConvBlock(4, 5, in: scope / 1)),
                    ])
                return { inputs in
                    let large = Enlarging(outputs: 5)([chain([inputs[0]], into: nil)], into: nil)
                    return [Joining(outputs: 7)([inputs[1], large], into: nil)]
                }
            },
            formula: { inputs, w in
                let chain = inputs[0].block(w / 0, kernel: 3, stride: 2).block(w / 1)
                return [ReferenceMap.joined([inputs[1], chain.enlarged])]
            })
        expectAgreement(check, parameters: 6)
    }

    private func expectAgreement(_ check: BlockCheck, parameters: Int) {
        #expect(check.trainingError() < 1e-5)
        #expect(check.inferenceError() < 1e-5)
        let gradients = check.gradients()
        #expect(gradients.count == 1 + parameters || gradients.count == 2 + parameters)
        for gradient in gradients { #expect(gradient.error < 1e-4, "\(gradient)") }
        check.weights.freeze(layers: [0])
        #expect(check.trainingError() < 1e-5)
        for gradient in check.gradients() { #expect(gradient.error < 1e-4, "frozen, \(gradient)") }
        #expect(check.weights.gradients.values.allSatisfy { $0 == 0 })
    }
}
