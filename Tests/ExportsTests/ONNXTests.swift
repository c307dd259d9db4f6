import Checkpoints
import Detection
import Foundation
import Layers
import Models
import ONNXMessages
import SwiftProtobuf
import Tensors
import TestSupport
import Testing

@testable import Exports

@Suite struct ONNXTests {
    private let names = ["fire", "smoke"]

    private func model() throws -> ExportedModel { try Samples.model(names: names) }

    /// Corners and probabilities of our own forward.
    private func own(_ model: ExportedModel, _ images: Tensor) throws -> (boxes: [SIMD4<Float>], scores: [Float]) {
        let predictions = try model.detector()(Activation(images)).predictions
        let decoder = BoxDecoder(predictions)
        return (
            (0..<predictions.imageCount).flatMap { decoder.boxes(image: $0) },
            (0..<predictions.imageCount).flatMap { image in
                (0..<predictions.grid.count).flatMap { decoder.probabilities(image: image, anchor: $0) }
            }
        )
    }

    private func expectClose(
        _ rows: ONNXValue, _ own: (boxes: [SIMD4<Float>], scores: [Float]), within limit: Float
    ) {
        let (count, anchors) = (rows.shape[1], rows.shape[2])
        #expect(rows.shape[0] * anchors == own.boxes.count)
        for place in own.boxes.indices {
            let start = place / anchors * count * anchors + place % anchors
            func row(_ index: Int) -> Float { rows.values[start + index * anchors] }
            let box = own.boxes[place]
            let expected = [(box.x + box.z) / 2, (box.y + box.w) / 2, box.z - box.x, box.w - box.y]
            for (index, value) in expected.enumerated() { #expect(abs(row(index) - value) < 64 * limit) }
            for category in 0..<count - 4 {
                #expect(abs(row(4 + category) - own.scores[place * (count - 4) + category]) < limit)
            }
        }
    }

    @Test(arguments: [false, true])
    func theGraphAnswersAsTheModel(_ isDynamic: Bool) throws {
        let model = try model()
        var options = ONNXOptions(size: (64, 96))
        options.batch = 2
        options.isDynamic = isDynamic
        let images = wavyImage(Shape(2, 64, 96, 3))
        let rows = try Samples.evaluate(try model.onnxFile(options, program: "test 1"), ["output0"], images)[0]
        #expect(rows.shape == [2, 6, 126])
        expectClose(rows, try own(model, images), within: 1e-5)
    }

    @Test func halfPrecisionAnswersNearby() throws {
        let model = try model()
        var options = ONNXOptions(size: (64, 64))
        options.half = true
        let images = wavyImage(Shape(1, 64, 64, 3))
        let bytes = try model.onnxFile(options, program: "test 1")
        #expect(bytes.count < (try model.onnxFile(ONNXOptions(size: (64, 64)), program: "test 1").count) * 6 / 10)
        expectClose(try Samples.evaluate(bytes, ["output0"], images)[0], try own(model, images), within: 2e-2)
    }

    @Test func whatGoesIntoSuppressionAreTheModelsBoxes() throws {
        let model = try model()
        var options = ONNXOptions(size: (64, 64))
        options.suppression = .init(confidence: 0.25, overlap: 0.7, most: 30, isAgnostic: false)
        let images = wavyImage(Shape(1, 64, 64, 3))
        let bytes = try model.onnxFile(options, program: "test 1")
        let found = try Samples.evaluate(bytes, ONNXEvaluation.beforeSuppression, images)
        let own = try own(model, images)
        for (place, box) in own.boxes.enumerated() {
            for side in 0..<4 { #expect(abs(found[0].values[4 * place + side] - box[side]) < 1e-3) }
            let scores = own.scores[2 * place..<2 * place + 2]
            let kept = (0..<2).map { found[1].values[$0 * own.boxes.count + place] }
            #expect(kept.filter { $0 > 0 }.count == 1 && abs((kept.max() ?? 0) - (scores.max() ?? 0)) < 1e-5)
        }
    }

    @Test(arguments: [(12, 8), (13, 8), (18, 8), (19, 9), (21, 10)])
    func theFormatIsTheOldestThatHasTheOperators(_ opset: Int, _ version: Int) throws {
        var options = ONNXOptions(size: (32, 32))
        options.opset = opset
        let message = try Onnx_ModelProto(serializedBytes: try model().onnxFile(options, program: "test 1"))
        #expect(message.irVersion == Int64(version) && message.opsetImport[0].version == Int64(opset))
        #expect(message.graph.input.map(\.name) == ["images"] && message.graph.output.map(\.name) == ["output0"])
        #expect(!message.graph.node.contains { $0.opType == "BatchNormalization" })
    }

    @Test func namesAreWrittenAsPythonReadsThem() throws {
        let message = try Onnx_ModelProto(
            serializedBytes: try Samples.model().onnxFile(ONNXOptions(size: (32, 32)), program: "test 1"))
        let texts = Dictionary(uniqueKeysWithValues: message.metadataProps.map { ($0.key, $0.value) })
        let text = try #require(texts["names"])
        #expect(text.hasPrefix(#"{0: 'it\'s "a"', 1: 'comma, colon: {}', 2: 'line\nbreak\u0009tab', 3: '🔥🚒', 4: 'é"#))
        #expect(text.hasSuffix(#"5: '\\n', 6: '#', 7: ' x ', 8: '\u0007\u2028'}"#))
        #expect(texts["stride"] == "32" && texts["imgsz"] == "[32, 32]" && texts["task"] == "detect")
    }
}
