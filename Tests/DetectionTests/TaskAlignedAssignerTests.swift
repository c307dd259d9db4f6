import Configuration
import Datasets
@testable import Detection
import Models
import Tensors
import Testing

@Suite struct TaskAlignedAssignerTests {
    func object(_ image: Int, _ category: Int, _ box: SIMD4<Float>) -> BoxLabels.Object {
        BoxLabels.Object(image: image, category: category, box: box)
    }

    /// Every anchor predicts about one bin per side, so that small boxes surround it.
    func small(_ grid: AnchorGrid, classes: Int = 2) -> Predictions {
        let boxes = Tensor(Shape(1, 1, grid.count, 64), repeating: 0)
        for anchor in 0..<grid.count {
            for side in 0..<4 { boxes.pointer[anchor * 64 + side * 16 + 1] = 12 }
        }
        let scores = Tensor(Shape(1, 1, grid.count, classes), repeating: 0)
        return Predictions(boxes: boxes, scores: scores, grid: grid)
    }

    @Test func aTinyObjectFindsAnchorsOnlyWhenEnlarged() {
        let grid = usualGrid(height: 64, width: 64)
        // 6 × 6 pixels between four cells: no anchor point inside.
        let labels = BoxLabels(
            objects: [object(0, 1, SIMD4(0.5, 0.5, 6.0 / 64, 6.0 / 64))], imageCount: 1)
        let predictions = small(grid)
        let now = TaskAlignedAssigner().assign(predictions, labels)
        #expect(now.images[0].filter { $0.score > 0 }.map(\.anchor) == [27, 28, 35, 36])
        #expect(now.images[0].allSatisfy { $0.box == SIMD4(29, 29, 35, 35) })
        let before = TaskAlignedAssigner(compatibility: .v83).assign(predictions, labels)
        #expect(before.count == 0)
    }

    @Test func anObjectGetsAtMostTenAnchorsInsideIt() {
        let grid = usualGrid(height: 320, width: 320)
        let scene = RandomScene(height: 320, width: 320, objects: [1], key: 3)
        let labels = BoxLabels(objects: [object(0, 2, SIMD4(0.5, 0.5, 0.9, 0.9))], imageCount: 1)
        let positives = TaskAlignedAssigner().assign(scene.learned, labels).images[0]
        #expect(positives.count == 10)
        for positive in positives {
            let pixel = grid.points[positive.anchor] * grid.strides[positive.anchor]
            #expect(pixel.x > 16 && pixel.x < 304 && pixel.y > 16 && pixel.y < 304)
            #expect(positive.category == 2)
        }
    }

    @Test func theBestAnchorScoresTheBestOverlap() {
        let predictions = small(usualGrid(height: 64, width: 64))
        let labels = BoxLabels(objects: [object(0, 1, SIMD4(0.5, 0.4, 0.3, 0.4))], imageCount: 1)
        let positives = TaskAlignedAssigner().assign(predictions, labels).images[0]
        let decoder = BoxDecoder(predictions)
        let overlaps = positives.map { CompleteIoU($0.box, decoder.box(image: 0, anchor: $0.anchor)).value }
        #expect(abs((positives.map(\.score).max() ?? 0) - (overlaps.max() ?? -1)) < 1e-5)
    }

    @Test func anAnchorThatTwoObjectsWantGoesToTheLargerOverlap() {
        let grid = usualGrid(height: 64, width: 64)
        let labels = BoxLabels(
            objects: [
                object(0, 0, SIMD4(0.5, 0.5, 0.5, 0.5)), object(0, 1, SIMD4(0.5, 0.5, 0.3, 0.3)),
                object(0, 0, SIMD4(0.5, 0.5, 0.3, 0.3)),
            ], imageCount: 1)
        let positives = TaskAlignedAssigner().assign(small(grid), labels).images[0]
        #expect(Set(positives.map(\.anchor)).count == positives.count)
        // The second and third are equal: the earlier one wins everywhere; the first overlaps less near the middle.
        #expect(!positives.contains { $0.object == 2 })
        #expect(positives.filter { [27, 28, 35, 36].contains($0.anchor) }.allSatisfy { $0.object == 1 })
    }

    @Test func degenerateBoxesSelectNothingAndSpoilNothing() {
        let scene = RandomScene(objects: [2], key: 6)
        let extra = scene.labels.objects + [object(0, 0, SIMD4(0, 0, 0, 0)), object(0, 1, SIMD4(-0.5, -0.5, 0.2, 0.2))]
        let with = TaskAlignedAssigner().assign(scene.learned, BoxLabels(objects: extra, imageCount: 1))
        #expect(with == TaskAlignedAssigner().assign(scene.learned, scene.labels))
    }

    @Test func predictionsThatAreNotNumbersAreNotAssigned() {
        let scene = RandomScene(objects: [3], key: 7)
        let broken = scene.learned.boxes.copied()
        broken.fill(.nan)
        let predictions = Predictions(boxes: broken, scores: scene.learned.scores, grid: scene.grid)
        let assignment = TaskAlignedAssigner().assign(predictions, scene.labels)
        #expect(assignment.scoreSum == 0)
    }

    @Test func imagesAreAssignedAsIfAlone() {
        let scene = RandomScene(objects: [5, 0, 40, 1], key: 8)
        let whole = TaskAlignedAssigner().assign(scene.learned, scene.labels)
        for image in 0..<4 {
            let (learned, _, labels) = scene.shard(image..<image + 1)
            #expect(TaskAlignedAssigner().assign(learned, labels).images == [whole.images[image]])
        }
    }

    @Test func distinctValuesAreSelectedLikeASort() {
        for count in [11, 50, 639, 640, 3000] {
            var stream = RandomStream(count)
            let values = (0..<count).map { _ in Float(stream.uniform()) }
            let expected = values.indices.sorted { values[$0] > values[$1] }.prefix(10)
            #expect(ReferenceSelection.largest(10, of: values).sorted() == expected.sorted())
        }
        #expect(ReferenceSelection.largest(10, of: [1, 2]) == [0, 1])
    }

    @Test(arguments: TiesOfPyTorch.cases)
    func tiesAreBrokenLikePyTorch(_ example: TiesOfPyTorch) {
        var values = [Float](repeating: 0, count: example.count)
        for (index, anchor) in example.positives.enumerated() { values[anchor] = 0.5 + Float(index) / 16 }
        #expect(ReferenceSelection.largest(10, of: values).sorted() == example.selected)
    }
}
