import Layers
import Models
import Tensors
import TestSupport
import Testing

@Suite struct GoldenForwardTests {
    /// Logits within 1e-3; where some are in the hundreds, the reference itself is as far from its own in Double.
    private func expectClose(_ found: [Float], _ expected: [Float], _ name: String) {
        let largest = expected.map(abs).max() ?? 0
        #expect(largestDifference(found, expected) < max(1e-3, 2e-5 * largest), "\(name)")
        #expect(relativeError(found, expected) < 1e-4, "\(name)")
    }

    @Test(arguments: [nil] + ConvolutionAlgorithm.allCases)
    func inferenceAnswersAsTheReference(forced: ConvolutionAlgorithm?) throws {
        let golden = try Golden.file("forward")
        try ConvolutionChoices.$substitute.withValue(ConvolutionChoices(forced: forced)) {
            try compareInference(golden)
        }
    }

    private func compareInference(_ golden: GoldenFile) throws {
        let model = try Golden.model()
        let answer = model(Activation(golden.image("x"))).predictions
        for (name, tensor) in [("boxes", answer.boxes), ("scores", answer.scores)] {
            let expected = golden.anchors("eval.\(name)").values
            expectClose(tensor.values, expected, name)
        }
    }

    @Test(arguments: [nil] + ConvolutionAlgorithm.allCases)
    func trainingAnswersAndObservesAsTheReference(forced: ConvolutionAlgorithm?) throws {
        let golden = try Golden.file("forward")
        try ConvolutionChoices.$substitute.withValue(ConvolutionChoices(forced: forced)) {
            try compareTraining(golden)
        }
    }

    private func compareTraining(_ golden: GoldenFile) throws {
        let model = try Golden.model()
        let answer = model(Activation(golden.image("x"), recordedOn: Tape())).predictions
        for (name, tensor) in [("boxes", answer.boxes), ("scores", answer.scores)] {
            let expected = golden.anchors("train.\(name)").values
            expectClose(tensor.values, expected, name)
        }
        model.weights.commitBatchStatistics(model.weights.gradients, share: 1)
        let statistics = golden.tensors.entries.keys.filter { $0.hasPrefix("train.model.") }
        #expect(!statistics.isEmpty)
        for name in statistics {
            let entry = try #require(model.weights[String(name.dropFirst("train.".count))])
            #expect(relativeError(model.weights.read(entry), golden.floats(name)) < 1e-4, "\(name)")
        }
    }
}
