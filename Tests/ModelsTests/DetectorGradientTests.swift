import Layers
import ReferenceOps
import Tensors
import TestSupport
import Testing

@testable import Models

/// The head, and a whole detector, against their formulas in Double.
@Suite struct DetectorGradientTests {
    @Test(arguments: [1, 3]) func aHeadOfTwoLevels(batch: Int) {
        let inputs = [Shape(batch, 3, 2, 5), Shape(batch, batch == 1 ? 2 : 1, 1, 7)]
        let check = BlockCheck(
            inputs: inputs,
            build: { scope in
                let head = DetectHead(
                    inputs: inputs.map(\.channels), classCount: 3, classWidth: 9, strides: [8, 16], style: ConvStyle(),
                    in: scope)
                return { levels in
                    let answer = head(levels)
                    return [answer.boxes, answer.scores]
                }
            }, formula: { ReferenceMap.detections($0, $1, classCount: 3) })
        #expect(check.trainingError() < 1e-5)
        #expect(check.inferenceError() < 1e-5)
        let gradients = check.gradients(along: 2)
        #expect(gradients.count == 2 + 4 * 8)
        for gradient in gradients { #expect(gradient.error < 1e-4, "\(gradient)") }
    }

    @Test func aDetectorWalksBackToEveryWeight() throws {
        let table = LayerTable(
            classCount: 2, scales: [("t", LayerTable.Scale(depth: 0.5, width: 0.125, maxChannels: 64))], scale: "t",
            backbone: [
                LayerTable.Row([-1], 1, "Conv", [64, 3, 2]), LayerTable.Row([-1], 2, "C2f", [64, true]),
                LayerTable.Row([-1], 1, "Conv", [64, 3, 2]), LayerTable.Row([-1], 2, "C3", [64]),
                LayerTable.Row([-1], 1, "SPPF", [64, 3]),
            ],
            head: [
                LayerTable.Row([-1], 1, "nn.Upsample", ["None", 2, "nearest"]),
                LayerTable.Row([-1, 1], 1, "Concat", [1]),
                LayerTable.Row([-1], 2, "C2f", [64]), LayerTable.Row([-1], 1, "Conv", [64, 3, 2]),
                LayerTable.Row([-1, 4], 1, "Concat", [1]), LayerTable.Row([7, 9], 1, "Detect", ["nc"]),
            ])
        let model = try Detector(table: table, classNames: ["a", "b"], classWidth: 8)
        let check = BlockCheck(
            inputs: [Shape(2, 8, 12, 3)], weights: model.weights,
            block: { inputs in
                let answer = model(inputs[0])
                return [answer.boxes, answer.scores]
            },
            formula: { inputs, weights in
                let w = weights / "model"
                let one = inputs[0].block(w / 0, kernel: 3, stride: 2).c2f(w / 1, depth: 1, shortcut: true)
                let four = one.block(w / 2, kernel: 3, stride: 2).c3(w / 3, depth: 1, shortcut: true)
                    .sppf(w / 4, window: 3)
                let seven = ReferenceMap.joined([four.enlarged, one]).c2f(w / 7, depth: 1, shortcut: false)
                let eight = seven.block(w / 8, kernel: 3, stride: 2)
                return ReferenceMap.detections([seven, .joined([eight, four])], w / 10, classCount: 2)
            })
        #expect(check.trainingError() < 1e-5)
        #expect(check.inferenceError() < 1e-5)
        for gradient in check.gradients(along: 1) { #expect(gradient.error < 3e-4, "\(gradient)") }
    }
}
