import ReferenceOps
import Tensors
import TestSupport
import Testing

/// Every algorithm, forced on for every convolution that it can compute, against the formula in Double; and how exact each is.
@Suite struct ForcedAlgorithmTests {
    /// A case and an algorithm that can compute it in some pass.
    struct Forced: CustomTestStringConvertible {
        let convolution: ConvolutionCase
        let pass: ConvolutionPass
        let algorithm: ConvolutionAlgorithm

        var testDescription: String { "\(algorithm.rawValue), \(pass.rawValue), \(convolution.testDescription)" }
    }

    static let all = convolutionCases.flatMap { c in
        ConvolutionPass.allCases.flatMap { pass in
            let task = ConvolutionTask(pass, c.geometry, height: c.height, width: c.width)
            return task.candidates.map { Forced(convolution: c, pass: pass, algorithm: $0) }
        }
    }

    @Test(arguments: all)
    func everyAlgorithmMatchesTheFormula(_ forced: Forced) {
        ConvolutionChoices.$substitute.withValue(ConvolutionChoices(forced: forced.algorithm)) {
            let (values, expected, frames) = run(forced.convolution, forced.pass)
            #expect(agree(values, expected))
            #expect(frames)
        }
    }

    /// Result, expected values, and whether the channels around the result are untouched.
    private func run(_ c: ConvolutionCase, _ pass: ConvolutionPass) -> ([Float], [Double], Bool) {
        let input = FramedTensor(c.input, c.inputValues, frame: .nan)
        let gradient = FramedTensor(c.output, c.outputGradient, frame: .nan)
        switch pass {
        case .forward:
            let output = FramedTensor(c.output)
            convolve(input.view, weights: c.weights, c.geometry, into: output.view)
            let expected = c.reference.forward(doubles(c.inputValues), weights: doubles(c.weights))
            return (output.view.values, expected, output.frameIsIntact)
        case .inference:
            let output = FramedTensor(c.output)
            let convolution = PreparedConvolution(
                c.geometry, weights: c.weights, bias: c.bias, activation: .identity, algorithm: c.inference.algorithm)
            convolution(input.view, into: output.view)
            let sums = c.reference.forward(doubles(c.inputValues), weights: doubles(c.weights))
            let expected = sums.enumerated().map { $1 + Double(c.bias[$0 % c.geometry.outputs]) }
            return (output.view.values, expected, output.frameIsIntact)
        case .input:
            let result = FramedTensor(c.input, contents: 2)
            convolveBackwardInput(
                gradient.view, weights: c.weights, c.geometry, into: result.view, accumulate: true)
            let expected = c.reference.backwardInput(doubles(c.outputGradient), weights: doubles(c.weights))
            return (result.view.values, expected.map { $0 + 2 }, result.frameIsIntact)
        case .weights:
            var result = [Float](repeating: 0.5, count: c.geometry.weightCount)
            convolveBackwardWeights(input.view, gradient.view, c.geometry, into: &result)
            let expected = c.reference.backwardWeights(doubles(c.inputValues), doubles(c.outputGradient))
            return (result, expected.map { $0 + 0.5 }, true)
        }
    }

    /// Winograd's transforms add numbers of different size: its error is larger than that of plain sums, and bounded.
    @Test(arguments: [ConvolutionAlgorithm.winograd, .winograd5, .stridedWinograd])
    func theErrorOfWinogradIsBounded(_ algorithm: ConvolutionAlgorithm) {
        let stride = algorithm == .stridedWinograd ? 2 : 1
        for channels in [16, 64, 192] {
            let c = ConvolutionCase(1, 24, 24, channels, 32, k: 3, s: stride)
            let errors = [algorithm, .direct].map { algorithm in
                ConvolutionChoices.$substitute.withValue(ConvolutionChoices(forced: algorithm)) {
                    let (values, expected, _) = run(c, .forward)
                    let scale = expected.map(abs).max() ?? 1
                    return zip(values, expected).map { abs(Double($0) - $1) }.max().map { $0 / scale } ?? 0
                }
            }
            print(
                "largest error of \(algorithm.rawValue), \(channels) channels: \(errors[0]); of plain sums: \(errors[1])"
            )
            #expect(errors[0] < 2e-5)
            #expect(errors[1] < 1e-6)
            #expect(errors[1] < errors[0])
        }
    }

    @Test func anAlgorithmIsForcedOnlyWhereItApplies() {
        let pointwise = ConvolutionTask(
            .forward, ConvolutionGeometry(inputs: 32, outputs: 32, kernel: (1, 1), padding: 0), height: 8, width: 8)
        #expect(ConvolutionChoices(forced: .winograd).algorithm(for: pointwise) == .direct)
        #expect(ConvolutionChoices(forced: .product).algorithm(for: pointwise) == .product)
        #expect(ConvolutionChoices(decided: [pointwise: .product]).algorithm(for: pointwise) == .product)
        #expect(ConvolutionChoices(decided: [pointwise: .winograd]).algorithm(for: pointwise) == .direct)
    }
}
