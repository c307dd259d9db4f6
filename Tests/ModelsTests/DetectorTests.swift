import Foundation
import Layers
import Models
import Tensors
import TestSupport
import Testing

let five = ["FireBSI", "LightningBSI", "PersonBSI", "SmokeBSI", "VehicleBSI"]

func yolov8(_ scale: String, classes: Int = 5) throws -> Detector {
    var table = LayerTable.yolov8
    table.scale = scale
    return try Detector(table: table, classNames: classes == 5 ? five : (0..<classes).map { "class_\($0)" })
}

@Suite struct DetectorTests {
    @Test(arguments: [
        ("n", 3_157_200, 3_011_823, 355), ("s", 11_166_560, 11_137_535, 355), ("m", 25_902_640, 25_859_215, 475),
        ("l", 43_691_520, 43_633_695, 595), ("x", 68_229_648, 68_157_423, 595),
    ])
    func everyScaleHasThePublishedSize(scale: String, at80: Int, at5: Int, entries: Int) throws {
        let coco = try yolov8(scale, classes: 80)
        #expect(coco.weights.fieldParameterCount == at80)
        #expect(coco.weights.entries.count == entries)
        #expect(try yolov8(scale).weights.fieldParameterCount == at5)
    }

    @Test(arguments: [("n", 16175.2133, -5281.4624), ("s", 16207.9098, -5294.4914)])
    func hashedWeightsGiveTheReferencesSums(scale: String, boxes: Double, scores: Double) throws {
        #expect(hash(0, 0) == 46_947_589 && hash(5, 7) == 1_300_951_097)
        let model = try yolov8(scale)
        fillWithHashes(model.weights, gain: 1.6)
        let answer = model(Activation(wavyImage(Shape(1, 64, 96, 3)))).predictions
        #expect(abs(answer.boxes.values.reduce(0) { $0 + Double($1) } - boxes) < 0.05)
        #expect(abs(answer.scores.values.reduce(0) { $0 + Double($1) } - scores) < 0.05)
        #expect(answer.grid.count == 126)
    }

    @Test func everyLayerHasTheReferencesSums() throws {
        let model = try yolov8("n")
        fillWithHashes(model.weights, gain: 1.6)
        let expected = [
            1132.1433, 1168.4631, 1068.7099, 357.0658, 312.1148, 80.4139, 68.3851, 6.0945, 13.7455, 0.6803, 2.7212,
            71.1063, 6.2293, 24.9174, 337.0322, 107.4227, 5.9866, 12.2159, 46.1608, 2.132, 2.8124, -5.7208,
        ]
        let maps = model.maps(Activation(wavyImage(Shape(1, 64, 96, 3))), at: Array(expected.indices))
        for (index, map) in maps.enumerated() {
            let sum = map.tensor.values.reduce(0) { $0 + Double($1) }
            #expect(abs(sum - expected[index]) < 2e-3 + 1e-5 * abs(expected[index]), "layer \(index): \(sum)")
        }
    }

    @Test(arguments: [false, true]) func joinedMapsAreWrittenInPlace(recomputes: Bool) throws {
        let tape = Tape(recomputes: recomputes)
        let model = try yolov8("n")
        let image = Activation(wavyImage(Shape(1, 64, 64, 3)), recordedOn: tape)
        // Joined maps beside their parts, in order.
        for (join, parts) in [(11, [10, 6]), (14, [13, 4]), (17, [16, 12]), (20, [19, 9])] {
            let maps = model.maps(image, at: [join] + parts).map(\.tensor)
            var place = maps[0].pointer
            for part in maps.dropFirst() {
                #expect(part.pointer == place && part.pixelStride == maps[0].pixelStride, "row \(join)")
                place += part.shape.channels
            }
        }
        tape.forget()
    }

    @Test func aTrainingPassObservesTheReferencesStatistics() throws {
        let model = try yolov8("n")
        fillWithHashes(model.weights, gain: 1.6)
        let tape = Tape()
        let answer = model(Activation(wavyImage(Shape(2, 64, 64, 3)), recordedOn: tape)).predictions
        #expect(abs(answer.boxes.values.reduce(0) { $0 + Double($1) } - 21636.2157) < 0.1)
        #expect(abs(answer.scores.values.reduce(0) { $0 + Double($1) } + 6955.4442) < 0.1)
        model.weights.commitBatchStatistics(model.weights.gradients, share: 1)
        let mean = model.weights.read(try #require(model.weights["model.0.bn.running_mean"]))
        let variance = model.weights.read(try #require(model.weights["model.0.bn.running_var"]))
        #expect(largestDifference(Array(mean[0..<3]), [-0.009856, -0.012853, -0.004778]) < 2e-6)
        #expect(largestDifference(Array(variance[0..<3]), [1.145794, 1.119699, 1.152165]) < 2e-6)
    }
}
