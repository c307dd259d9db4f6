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
        for activation in ActivationFunction.allCases {
            let output = FramedTensor(c.output)
            let prepared = PreparedConvolution(
                c.geometry, weights: c.weights, bias: c.bias, activation: activation, algorithm: c.inference.algorithm)
            prepared(input.view, into: output.view)
            #expect(agree(output.view.values, expected.map(activation.formula)))
            #expect(output.frameIsIntact)
        }
        let plain = Tensor(c.output)
        let bare = PreparedConvolution(
            c.geometry, weights: c.weights, bias: nil, activation: .identity, algorithm: c.inference.algorithm)
        bare(input.view, into: plain)
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

/// What must be equal to the last bit, at sizes that are split into several tasks.
@Suite(.serialized) struct ConvolutionBitsTests {
    static let cases = [
        ConvolutionCase(3, 37, 41, 16, 24, k: 3), ConvolutionCase(2, 24, 20, 72, 96, k: 3),
        ConvolutionCase(2, 33, 30, 40, 17, k: 1), ConvolutionCase(2, 64, 50, 3, 16, k: 3, s: 2),
        ConvolutionCase(2, 40, 30, 24, 48, k: 3, s: 2), ConvolutionCase(2, 30, 30, 24, 24, k: 3, groups: 24),
        ConvolutionCase(1, 30, 31, 400, 20, k: 1),
    ]

    @Test(arguments: cases)
    func resultsDoNotDependOnTheNumberOfThreads(_ c: ConvolutionCase) {
        let before = Threads.count
        defer { Threads.count = before }
        let all = [1, 2, 3].map { count in
            Threads.count = count
            return Results(c)
        }
        #expect(all[1] == all[0])
        #expect(all[2] == all[0])
    }

    @Test(arguments: cases)
    func anImageHasTheSameResultInAnyBatch(_ c: ConvolutionCase) {
        let input = Tensor(c.input, c.inputValues)
        let together = Tensor(c.output)
        convolve(input, weights: c.weights, c.geometry, into: together)
        for image in 0..<c.n {
            let alone = Tensor(c.geometry.output(for: Shape(1, c.height, c.width, c.geometry.inputs)))
            convolve(input.images(image..<image + 1), weights: c.weights, c.geometry, into: alone)
            #expect(alone.values == together.images(image..<image + 1).values)
        }
    }

    @Test func preparedAndPlainConvolutionsGiveEqualSums() {
        for c in Self.cases {
            let input = Tensor(c.input, c.inputValues)
            let (plain, prepared) = (Tensor(c.output), Tensor(c.output))
            convolve(input, weights: c.weights, c.geometry, into: plain)
            let convolution = PreparedConvolution(
                c.geometry, weights: c.weights, bias: nil, activation: .identity, algorithm: c.inference.algorithm)
            convolution(input, into: prepared)
            #expect(plain.values == prepared.values)
        }
    }

    struct Results: Equatable {
        let output: [Float]
        let toInput: [Float]
        let toWeights: [Float]

        init(_ c: ConvolutionCase) {
            let input = Tensor(c.input, c.inputValues)
            let outputGradient = Tensor(c.output, c.outputGradient)
            let (forward, backward) = (Tensor(c.output), Tensor(c.input))
            var weights = [Float](repeating: 0, count: c.geometry.weightCount)
            convolve(input, weights: c.weights, c.geometry, into: forward)
            convolveBackwardInput(outputGradient, weights: c.weights, c.geometry, into: backward, accumulate: false)
            convolveBackwardWeights(input, outputGradient, c.geometry, into: &weights)
            (output, toInput, toWeights) = (forward.values, backward.values, weights)
        }
    }
}

func doubles(_ values: [Float]) -> [Double] { values.map { Double($0) } }

/// Whether floats equal the expected values to the accuracy that every layer needs.
func agree(_ values: [Float], _ expected: [Double]) -> Bool {
    values.allSatisfy { $0.isFinite } && relativeError(values, expected.map { Float($0) }) < 5e-6
}
