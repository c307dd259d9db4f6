import Layers
import Models
import Tensors
import TestSupport
import Testing

@Suite struct GoldenForwardTests {
    @Test func inferenceAnswersAsTheReference() throws {
        let golden = try Golden.file("forward")
        let model = try Golden.model()
        let answer = model(Activation(golden.image("x"))).predictions
        for (name, tensor) in [("boxes", answer.boxes), ("scores", answer.scores)] {
            let expected = golden.anchors("eval.\(name)").values
            #expect(largestDifference(tensor.values, expected) < 1e-3, "\(name)")
            #expect(relativeError(tensor.values, expected) < 1e-4, "\(name)")
        }
    }

    @Test func trainingAnswersAndObservesAsTheReference() throws {
        let golden = try Golden.file("forward")
        let model = try Golden.model()
        let answer = model(Activation(golden.image("x"), recordedOn: Tape())).predictions
        for (name, tensor) in [("boxes", answer.boxes), ("scores", answer.scores)] {
            let expected = golden.anchors("train.\(name)").values
            #expect(largestDifference(tensor.values, expected) < 1e-3, "\(name)")
            #expect(relativeError(tensor.values, expected) < 1e-4, "\(name)")
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
