import Foundation
import ReferenceOps
import Tensors
import TestSupport
import Testing

/// Every algorithm behind a convolution against the formula in Double.
@Suite struct ConvolutionTests {
    @Test(arguments: convolutionCases)
    func forwardMatchesTheFormula(_ c: ConvolutionCase) {
        let expected = c.reference.forward(doubles(c.inputValues), weights: doubles(c.weights))
        let input = FramedTensor(c.input, c.inputValues, frame: .nan)
        let output = FramedTensor(c.output)
        convolve(input.view, weights: c.weights, c.geometry, into: output.view)
        #expect(agree(output.view.values, expected))
        #expect(output.frameIsIntact)

        let contiguous = Tensor(c.output)
        convolve(Tensor(c.input, c.inputValues), weights: c.weights, c.geometry, into: contiguous)
        #expect(contiguous.values == output.view.values)
    }

    @Test(arguments: convolutionCases)
    func preparedConvolutionAppliesBiasAndActivation(_ c: ConvolutionCase) {
        let sums = c.reference.forward(doubles(c.inputValues), weights: doubles(c.weights))
        let expected = sums.enumerated().map { $1 + Double(c.bias[$0 % c.geometry.outputs]) }
        let input = FramedTensor(c.input, c.inputValues, frame: .nan)
        for activation in [ActivationFunction.identity, .silu] {
            let output = FramedTensor(c.output)
            let prepared = PreparedConvolution(c.geometry, weights: c.weights, bias: c.bias, activation: activation)
            prepared(input.view, into: output.view)
            #expect(agree(output.view.values, activation == .silu ? expected.map { $0 / (1 + exp(-$0)) } : expected))
            #expect(output.frameIsIntact)
        }
        let plain = Tensor(c.output)
        PreparedConvolution(c.geometry, weights: c.weights, bias: nil, activation: .identity)(input.view, into: plain)
        #expect(agree(plain.values, sums))
    }

    @Test(arguments: convolutionCases)
    func gradientToTheInputMatchesTheFormula(_ c: ConvolutionCase) {
        let expected = c.reference.backwardInput(doubles(c.outputGradient), weights: doubles(c.weights))
        let outputGradient = FramedTensor(c.output, c.outputGradient, frame: .nan)
        let overwritten = FramedTensor(c.input)
        convolveBackwardInput(
            outputGradient.view, weights: c.weights, c.geometry, into: overwritten.view, accumulate: false)
        #expect(agree(overwritten.view.values, expected))
        #expect(overwritten.frameIsIntact)

        let added = FramedTensor(c.input, contents: 2)
        convolveBackwardInput(outputGradient.view, weights: c.weights, c.geometry, into: added.view, accumulate: true)
        #expect(agree(added.view.values, expected.map { $0 + 2 }))
        #expect(added.frameIsIntact)
    }

    @Test(arguments: convolutionCases)
    func gradientToTheWeightsIsAdded(_ c: ConvolutionCase) {
        let expected = c.reference.backwardWeights(doubles(c.inputValues), doubles(c.outputGradient))
        let input = FramedTensor(c.input, c.inputValues, frame: .nan)
        let outputGradient = FramedTensor(c.output, c.outputGradient, frame: .nan)
        var gradient = [Float](repeating: 0.5, count: c.geometry.weightCount)
        convolveBackwardWeights(input.view, outputGradient.view, c.geometry, into: &gradient)
        #expect(agree(gradient, expected.map { $0 + 0.5 }))
    }
}

/// The formula itself, and what no formula says.
@Suite struct ConvolutionContractTests {
    @Test func referenceGradientsAreTheDerivativesOfTheFormula() {
        let c = ConvolutionCase(2, 5, 6, 4, 6, k: 3, s: 2, groups: 2)
        let reference = c.reference
        let (input, weights, weighting) = (doubles(c.inputValues), doubles(c.weights), doubles(c.outputGradient))
        func value(_ input: [Double], _ weights: [Double]) -> Double {
            zip(reference.forward(input, weights: weights), weighting).reduce(0) { $0 + $1.0 * $1.1 }
        }
        let step = 1e-3
        func moved(_ values: [Double], _ i: Int, _ by: Double) -> [Double] {
            var values = values
            values[i] += by
            return values
        }
        let toInput = reference.backwardInput(weighting, weights: weights)
        for i in stride(from: 0, to: input.count, by: 7) {
            let difference = value(moved(input, i, step), weights) - value(moved(input, i, -step), weights)
            #expect(abs(difference / (2 * step) - toInput[i]) < 1e-9)
        }
        let toWeights = reference.backwardWeights(input, weighting)
        for i in stride(from: 0, to: weights.count, by: 5) {
            let difference = value(input, moved(weights, i, step)) - value(input, moved(weights, i, -step))
            #expect(abs(difference / (2 * step) - toWeights[i]) < 1e-9)
        }
    }
}

func doubles(_ values: [Float]) -> [Double] { values.map { Double($0) } }

/// Whether floats equal the expected values to the accuracy that every layer needs.
func agree(_ values: [Float], _ expected: [Double]) -> Bool {
    values.allSatisfy { $0.isFinite } && relativeError(values, expected.map { Float($0) }) < 5e-6
}
