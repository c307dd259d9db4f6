import Datasets
import Detection
import Models
import ReferenceOps
import TestSupport
import Tensors
import Testing

@Suite struct DetectionLossTests {
    let loss = DetectionLoss(gains: DetectionItems(box: 7.5, cls: 0.5, dfl: 1.5))

    func evaluate(
        _ predictions: Predictions, _ labels: BoxLabels, scale: Double
    ) -> (items: DetectionItems, assignment: Assignment, gradient: PredictionsGradient) {
        let assignment = loss.assign(predictions, labels)
        let gradient = PredictionsGradient(like: predictions)
        let items = loss.evaluate(
            predictions, assignment, scoreSum: assignment.scoreSum,
            scale: DetectionItems(box: scale, cls: scale, dfl: scale), gradient: gradient)
        return (items, assignment, gradient)
    }

    @Test func workedExampleOfTheSpecification() {
        let (items, assignment, gradient) = evaluate(Waves.student, Waves.labels, scale: 3)
        expectClose(items.box, 6.067178, 1e-5)
        expectClose(items.cls, 58.111603, 1e-5)
        expectClose(items.dfl, 3.033862, 1e-5)
        expectClose(assignment.scoreSum, 1.0509478, 1e-5)
        let owners = assignment.images.map { image in image.map { [$0.anchor, $0.object] } }
        #expect(
            owners[0] == [
                [18, 0], [19, 0], [20, 0], [21, 0], [27, 0], [28, 0], [34, 1], [35, 1], [36, 1], [42, 1], [43, 0],
                [44, 1], [69, 0], [70, 0], [73, 1], [74, 0],
            ])
        #expect(owners[1] == [0, 1, 2, 3, 8, 9, 10, 11, 64, 65].map { [$0, 0] })
        #expect(owners[2].isEmpty)
        expectClose(gradient.boxes.values.reduce(0) { $0 + Double(abs($1)) }, 10.392711)
        expectClose(gradient.scores.values.reduce(0) { $0 + Double(abs($1)) }, 153.463989)
        let boxesOnly = PredictionsGradient(boxes: gradient.boxes, scores: Tensor(Shape(3, 1, 84, 5), repeating: 0))
        expectClose(boxesOnly.norm, 0.883279)
        let scoresOnly = PredictionsGradient(boxes: Tensor(Shape(3, 1, 84, 64), repeating: 0), scores: gradient.scores)
        expectClose(scoresOnly.norm, 6.245578)
    }

    @Test func withoutAnyLabelsOnlyTheClassTermCounts() {
        let none = BoxLabels(objects: [], imageCount: 3)
        let (items, assignment, gradient) = evaluate(Waves.student, none, scale: 3)
        #expect(items.box == 0 && items.dfl == 0)
        expectClose(items.cls, 59.211567, 1e-5)
        #expect(assignment.count == 0 && assignment.scoreSum == 0)
        #expect(gradient.boxes.values.allSatisfy { $0 == 0 })
    }

    @Test(arguments: [1, 5, 8, 11])
    func gradientsAreCentralDifferencesOfTheFormulas(_ classes: Int) {
        let scene = RandomScene(classes: classes, objects: [3, 0, 6], key: classes)
        let (items, assignment, gradient) = evaluate(scene.learned, scene.labels, scale: 2)
        let count = max(assignment.scoreSum, 1)
        let boxes = scene.learned.boxes.values.map(Double.init)
        var sums = (box: 0.0, dfl: 0.0)
        for (image, positives) in assignment.images.enumerated() {
            for positive in positives {
                let start = (image * scene.grid.count + positive.anchor) * 64
                let logits = Array(boxes[start..<start + 64])
                let reference = self.reference(positive, scene.grid)
                let terms = referenceBoxTerms(logits, reference)
                sums.box += terms.box
                sums.dfl += terms.dfl
                let expected = centralDifferences(at: logits) {
                    let terms = referenceBoxTerms($0, reference, weight: terms.weight)
                    return 2 / count * (7.5 * terms.box + 1.5 * terms.dfl)
                }
                let ours = Array(gradient.boxes.values[start..<start + 64])
                #expect(largestDifference(ours, expected.map { Float($0) }) < 2e-6)
            }
        }
        expectClose(items.box, 7.5 * sums.box / count, 1e-5)
        expectClose(items.dfl, 1.5 * sums.dfl / count, 1e-5)
        checkClasses(scene, items, assignment, gradient)
    }

    private func reference(_ positive: Assignment.Positive, _ grid: AnchorGrid) -> ReferencePositive {
        let box = positive.box / grid.strides[positive.anchor]
        let point = grid.points[positive.anchor]
        return ReferencePositive(
            category: positive.category, score: Double(positive.score), box: (0..<4).map { Double(box[$0]) },
            x: Double(point.x), y: Double(point.y))
    }

    private func checkClasses(
        _ scene: RandomScene, _ items: DetectionItems, _ assignment: Assignment, _ gradient: PredictionsGradient
    ) {
        let count = max(assignment.scoreSum, 1)
        let classes = scene.learned.classCount
        let logits = scene.learned.scores.values.map(Double.init)
        var targets = [Double](repeating: 0, count: logits.count)
        for (image, positives) in assignment.images.enumerated() {
            for positive in positives {
                let place = (image * scene.grid.count + positive.anchor) * classes + positive.category
                targets[place] = Double(positive.score)
            }
        }
        let sum = zip(logits, targets).reduce(0) { $0 + referenceCrossEntropy($1.0, $1.1) }
        expectClose(items.cls, 0.5 * sum / count, 1e-6)
        let expected = zip(logits, targets).map { logit, target in
            Float(0.5 * 2 / count * centralDifferences(at: [logit]) { referenceCrossEntropy($0[0], target) }[0])
        }
        #expect(largestDifference(gradient.scores.values, expected) < 1e-6)
    }

    @Test func gradientsAddToWhatIsThere() {
        let (_, assignment, fresh) = evaluate(Waves.student, Waves.labels, scale: 3)
        let gradient = PredictionsGradient(like: Waves.student)
        gradient.boxes.fill(1)
        gradient.scores.fill(-1)
        _ = loss.evaluate(
            Waves.student, assignment, scoreSum: assignment.scoreSum, scale: DetectionItems(box: 3, cls: 3, dfl: 3),
            gradient: gradient)
        #expect(largestDifference(gradient.boxes.values, fresh.boxes.values.map { $0 + 1 }) < 1e-6)
        #expect(largestDifference(gradient.scores.values, fresh.scores.values.map { $0 - 1 }) < 1e-6)
    }

    @Test func viewsOfOneTensorGiveTheSameAsTheirCopies() {
        let scene = RandomScene(classes: 6, objects: [4, 3], key: 9)
        let joint = Tensor(Shape(2, 1, scene.grid.count, 70))
        joint.channels(0..<64).copy(from: scene.learned.boxes)
        joint.channels(64..<70).copy(from: scene.learned.scores)
        let view = Predictions(boxes: joint.channels(0..<64), scores: joint.channels(64..<70), grid: scene.grid)
        let all = Tensor(joint.shape, repeating: 0)
        let gradient = PredictionsGradient(boxes: all.channels(0..<64), scores: all.channels(64..<70))
        let (items, assignment, expected) = evaluate(scene.learned, scene.labels, scale: 1)
        #expect(loss.assign(view, scene.labels) == assignment)
        let ours = loss.evaluate(
            view, assignment, scoreSum: assignment.scoreSum, scale: DetectionItems(box: 1, cls: 1, dfl: 1),
            gradient: gradient)
        #expect(ours.box == items.box && ours.dfl == items.dfl)
        expectClose(ours.cls, items.cls, 1e-6)
        #expect(gradient.boxes.values == expected.boxes.values)
        #expect(largestDifference(gradient.scores.values, expected.scores.values) < 1e-7)
    }
}
