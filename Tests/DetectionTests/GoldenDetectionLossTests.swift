import Detection
import Foundation
import Models
import TestSupport
import Tensors
import Testing

@Suite struct GoldenDetectionLossTests {
    @Test(arguments: Golden.files(startingWith: "detection_loss."))
    func itemsAndGradientsAreTheReferences(_ name: String) throws {
        let file = try Golden.file(name)
        let predictions = file.predictions(grid: try Golden.grid(name))
        let loss = DetectionLoss(gains: DetectionItems(box: 7.5, cls: 0.5, dfl: 1.5))
        let assignment = loss.assign(predictions, file.labels(imageCount: predictions.imageCount))
        let gradient = PredictionsGradient(like: predictions)
        let images = Double(predictions.imageCount)
        let items = loss.evaluate(
            predictions, assignment, scoreSum: assignment.scoreSum,
            scale: DetectionItems(box: images, cls: images, dfl: images), gradient: gradient)
        for (ours, theirs) in zip([items.box, items.cls, items.dfl], file.doubles("items")) {
            #expect(abs(ours - theirs) <= 1e-4 * abs(theirs))
        }
        for (ours, theirs) in zip([items.box, items.cls, items.dfl], file.doubles("loss")) {
            #expect(abs(ours * images - theirs) <= 1e-4 * abs(theirs))
        }
        #expect(relativeError(gradient.boxes.values, file.anchors("grad.boxes").values) < 1e-4)
        #expect(relativeError(gradient.scores.values, file.anchors("grad.scores").values) < 1e-4)
    }

    @Test(arguments: Golden.files(startingWith: "detection_loss."))
    func assignmentIsTheReferences(_ name: String) throws {
        let file = try Golden.file(name)
        let predictions = file.predictions(grid: try Golden.grid(name))
        let labels = file.labels(imageCount: predictions.imageCount)
        let assignment = TaskAlignedAssigner().assign(predictions, labels)
        let foreground = file.doubles("assign.fg_mask")
        let objects = file.doubles("assign.target_gt_idx")
        let categories = file.doubles("assign.target_labels")
        let boxes = file.floats("assign.target_bboxes")
        let scores = file.floats("assign.target_scores")
        let anchors = predictions.grid.count
        let classes = predictions.classCount
        for image in 0..<predictions.imageCount {
            let expected = (0..<anchors).filter { foreground[image * anchors + $0] != 0 }
            #expect(assignment.images[image].map(\.anchor) == expected)
            for positive in assignment.images[image] {
                let place = image * anchors + positive.anchor
                #expect(positive.object == Int(objects[place]))
                #expect(positive.category == Int(categories[place]))
                let box = (0..<4).map { positive.box[$0] }
                #expect(largestDifference(box, Array(boxes[4 * place..<4 * place + 4])) < 1e-4)
                let score = scores[place * classes + positive.category]
                #expect(abs(positive.score - score) <= 1e-4 * score + 1e-7)
            }
        }
        let sum = scores.reduce(0) { $0 + Double($1) }
        #expect(abs(assignment.scoreSum - sum) <= 1e-5 * sum)
    }
}
