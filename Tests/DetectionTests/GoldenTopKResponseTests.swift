import Detection
import Distillation
import Foundation
import Models
import TestSupport
import Tensors
import Testing

@Suite struct GoldenTopKResponseTests {
    @Test(arguments: Golden.files(startingWith: "distill.topk_response"))
    func itemsAndGradientsAreTheReferences(_ name: String) throws {
        let file = try Golden.file(name)
        let grid = try Golden.grid(name)
        let notes = try Golden.notes(name)
        let count = try #require(notes["K"] as? Int)
        let temperature = Float(try #require(notes["temperature"] as? Double))
        let learned = file.predictions("student.", grid: grid)
        let taught = file.predictions("teacher.", grid: grid)
        func evaluate(
            _ form: SoftenedDivergence.Distribution, _ scale: TopKResponse.Items
        ) -> (TopKResponse.Items, PredictionsGradient, Selection) {
            let divergence = SoftenedDivergence(form, temperature: temperature)
            let response = TopKResponse(count: count, divergence: divergence)
            let selection = response.select(taught)
            let gradient = PredictionsGradient(like: learned)
            let items = response.evaluate(
                learned: learned, taught: taught, selection, rowCount: Double(selection.count), scale: scale,
                gradient: gradient)
            return (items, gradient, selection)
        }
        let (items, gradient, selection) = evaluate(.categorical, TopKResponse.Items(box: 1, cls: 1))
        let index = file.doubles("topk.index").map { Int($0) }
        let rows = file.shape("topk.index")[1]
        for image in 0..<learned.imageCount {
            #expect(selection.anchors[image].sorted() == index[image * rows..<(image + 1) * rows].sorted())
        }
        expectClose(items.box, file.doubles("loss.ciou")[0])
        #expect(relativeError(gradient.boxes.values, file.anchors("grad.boxes").values) < 1e-4)
        // A softmax over one class says nothing; ours takes the other form then.
        let softmax = learned.classCount == 1 ? ("kl_sigmoid", "grad.scores.kl_sigmoid") : ("kl_softmax", "grad.scores")
        expectClose(items.cls, file.doubles("loss." + softmax.0)[0])
        #expect(relativeError(gradient.scores.values, file.anchors(softmax.1).values) < 1e-4)

        let (sigmoid, sigmoidGradient, _) = evaluate(.bernoulli, TopKResponse.Items(box: 0, cls: 1))
        expectClose(sigmoid.cls, file.doubles("loss.kl_sigmoid")[0])
        #expect(
            relativeError(sigmoidGradient.scores.values, file.anchors("grad.scores.kl_sigmoid").values) < 1e-4)
        #expect(sigmoidGradient.boxes.values.allSatisfy { $0 == 0 })
    }
}

/// Equal to 1e-4 of the expected value.
func expectClose(_ value: Double, _ expected: Double, _ tolerance: Double = 1e-4) {
    #expect(abs(value - expected) <= tolerance * max(abs(expected), 1e-12), "\(value) instead of \(expected)")
}
