import Detection
import Distillation
import Models
import ReferenceOps
import TestSupport
import Tensors
import Testing

@Suite struct TopKResponseTests {
    func response(_ count: Int, _ form: SoftenedDivergence.Distribution = .categorical) -> TopKResponse {
        TopKResponse(count: count, divergence: SoftenedDivergence(form, temperature: 2))
    }

    func evaluate(
        _ response: TopKResponse, _ learned: Predictions, _ taught: Predictions, scale: Double = 1
    ) -> (items: TopKResponse.Items, gradient: PredictionsGradient, selection: Selection) {
        let selection = response.select(taught)
        let gradient = PredictionsGradient(like: learned)
        let items = response.evaluate(
            learned: learned, taught: taught, selection, rowCount: Double(selection.count),
            scale: TopKResponse.Items(box: scale, cls: scale), gradient: gradient)
        return (items, gradient, selection)
    }

    @Test func workedExampleOfTheSpecification() {
        let (items, _, selection) = evaluate(response(10), Waves.student, Waves.teacher)
        #expect(
            selection.anchors.map { $0.sorted() } == [
                [2, 3, 12, 13, 22, 23, 72, 73, 82, 83], [6, 7, 8, 16, 17, 18, 66, 67, 76, 77],
                [1, 2, 11, 12, 60, 61, 70, 71, 80, 81],
            ])
        expectClose(items.box, 0.6299118, 1e-6)
        expectClose(items.cls, 1.0928500, 1e-6)
        expectClose(evaluate(response(10, .bernoulli), Waves.student, Waves.teacher).items.cls, 4.0662389, 1e-6)
    }

    @Test func moreAnchorsThanThereAreMeansAll() {
        let all = evaluate(response(0), Waves.student, Waves.teacher)
        let more = evaluate(response(1000), Waves.student, Waves.teacher)
        #expect(all.items == more.items && all.selection.count == 3 * 84)
    }

    @Test(arguments: [1, 5, 9])
    func gradientsAreCentralDifferencesOfTheFormulas(_ classes: Int) {
        let scene = RandomScene(classes: classes, objects: [0, 0], key: 20 + classes)
        let (items, gradient, selection) = evaluate(response(7), scene.learned, scene.taught, scale: 3)
        var sums = (box: 0.0, cls: 0.0)
        for (image, anchors) in selection.anchors.enumerated() {
            for anchor in anchors {
                let row = image * scene.grid.count + anchor
                let boxes = slice(scene.learned.boxes, row)
                let point = scene.grid.points[anchor] * scene.grid.strides[anchor]
                let stride = Double(scene.grid.strides[anchor])
                func box(_ logits: [Double]) -> [Double] {
                    referenceBox(
                        x: Double(point.x), y: Double(point.y), referenceSideDistances(logits).map { $0 * stride })
                }
                let target = box(slice(scene.taught.boxes, row))
                let (value, weight) = referenceCompleteIoU(box(boxes), target)
                sums.box += 1 - value
                let slopes = centralDifferences(at: boxes) {
                    3.0 / 14 * (1 - referenceCompleteIoU(box($0), target, weight: weight).value)
                }
                let ours = slice(gradient.boxes, row).map { Float($0) }
                #expect(largestDifference(ours, slopes.map { Float($0) }) < 2e-6)
                sums.cls += checkClasses(scene, row, gradient)
            }
        }
        expectClose(items.box, sums.box / 14, 1e-6)
        expectClose(items.cls, sums.cls / 14, 1e-5)
        // Rows that were not selected learn nothing.
        let rows = Set(selection.anchors.enumerated().flatMap { i, a in a.map { i * scene.grid.count + $0 } })
        for row in 0..<2 * scene.grid.count where !rows.contains(row) {
            #expect((slice(gradient.boxes, row) + slice(gradient.scores, row)).allSatisfy { $0 == 0 })
        }
    }

    /// The divergence of one row by the formula, after checking its gradient.
    private func checkClasses(_ scene: RandomScene, _ row: Int, _ gradient: PredictionsGradient) -> Double {
        let taught = slice(scene.taught.scores, row)
        func divergence(_ learned: [Double]) -> Double {
            taught.count == 1
                ? referenceBernoulliDivergence(learned: learned, taught: taught, temperature: 2)
                : referenceCategoricalDivergence(learned: learned, taught: taught, temperature: 2)
        }
        let learned = slice(scene.learned.scores, row)
        let slopes = centralDifferences(at: learned) { 3.0 / 14 * divergence($0) }
        #expect(largestDifference(slice(gradient.scores, row).map { Float($0) }, slopes.map { Float($0) }) < 2e-6)
        return divergence(learned)
    }

    func slice(_ tensor: Tensor, _ row: Int) -> [Double] {
        (0..<tensor.shape.channels).map { Double(tensor.pointer[row * tensor.pixelStride + $0]) }
    }

    @Test func equalAnswersCostNothing() {
        let (items, gradient, _) = evaluate(response(20), Waves.teacher, Waves.teacher)
        #expect(abs(items.box) < 1e-6 && items.cls == 0)
        #expect(gradient.scores.values.allSatisfy { $0 == 0 })
    }

    @Test func permutingTheAnchorsOfBothChangesNothingOfOneMuch() {
        // One level, so that a permutation moves anchors but not strides; boxes are relative to their anchors.
        let grid = AnchorGrid(levels: [AnchorGrid.Level(height: 6, width: 7, stride: 8)])
        let learned = RandomScene.predictions(grid, images: 2, classes: 5, key: 40)
        let taught = RandomScene.predictions(grid, images: 2, classes: 5, key: 41)
        var stream = RandomStream(42)
        let order = Array(0..<grid.count).shuffled(using: &stream)
        func permuted(_ predictions: Predictions) -> Predictions {
            func moved(_ tensor: Tensor) -> Tensor {
                let result = Tensor(tensor.shape)
                let width = tensor.shape.channels
                for image in 0..<2 {
                    for (to, from) in order.enumerated() {
                        (result.pointer + (image * grid.count + to) * width).update(
                            from: tensor.pointer + (image * grid.count + from) * width, count: width)
                    }
                }
                return result
            }
            return Predictions(boxes: moved(predictions.boxes), scores: moved(predictions.scores), grid: grid)
        }
        let before = evaluate(response(9), learned, taught).items
        let both = evaluate(response(9), permuted(learned), permuted(taught)).items
        expectClose(both.cls, before.cls, 1e-6)
        expectClose(both.box, before.box, 1e-4)
        let one = evaluate(response(9), permuted(learned), taught).items
        #expect(abs(one.cls - before.cls) > 1e-3 && abs(one.box - before.box) > 1e-3)
    }
}
