import Configuration
import Datasets
import Detection
import Distillation
import Models
import TestSupport
import Tensors
import Testing

@Suite(.serialized) struct DetectionObjectiveTests {
    func recipe(_ change: (inout Recipe) -> Void = { _ in }) -> Recipe {
        var recipe = Recipe()
        recipe.topK = 10
        change(&recipe)
        return recipe
    }

    func judge(
        _ recipe: Recipe, _ learned: Predictions, _ taught: Predictions?, _ labels: BoxLabels,
        isolating term: DetectionObjective.TermName? = nil
    ) -> DetectionObjective.Judgement {
        let objective = DetectionObjective(recipe: recipe, hasTeacher: taught != nil)
        let preparation = objective.prepare(learned, taught: taught, labels: labels)
        return objective.evaluate(preparation, counts: preparation.counts, isolating: term)
    }

    @Test func workedExampleOfTheSpecification() {
        let judgement = judge(recipe(), Waves.student, Waves.teacher, Waves.labels)
        #expect(judgement.terms.map(\.name) == ["box", "cls", "dfl", "distill_box", "distill_cls"])
        expectClose(3 * judgement.terms.total, 408.444164, 1e-5)
        #expect(judgement.nonFinite.isEmpty)
    }

    @Test func termsAloneAreThoseOfTheWholeEvaluation() {
        let scene = RandomScene(objects: [3, 1], key: 58)
        let objective = DetectionObjective(recipe: recipe(), hasTeacher: true)
        let preparation = objective.prepare(scene.learned, taught: scene.taught, labels: scene.labels)
        let judgement = objective.evaluate(preparation, counts: preparation.counts)
        #expect(objective.terms(preparation, counts: preparation.counts) == judgement.terms)
    }

    @Test func equationIsPrinted() {
        let with = DetectionObjective(recipe: Recipe(), hasTeacher: true)
        #expect(with.equation.text == "2·(box 7.5 + cls 0.5 + dfl 1.5) + 1·(distill_box 1 + distill_cls 1)")
        let without = DetectionObjective(recipe: Recipe(), hasTeacher: false)
        #expect(without.equation.text == "2·(box 7.5 + cls 0.5 + dfl 1.5)")
        #expect(without.termNames == [.box, .cls, .dfl] && without.equation.weights.allSatisfy { $0 != 0 })
        let off = DetectionObjective(recipe: recipe { $0.lambdaDistKl = 0 }, hasTeacher: true)
        #expect(
            off.termNames.last == .distillClass
                && off.equation.weights.map { $0 != 0 } == [true, true, true, true, false])
    }

    @Test func totalIsTheFormulaForAnyWeights() {
        var stream = RandomStream(50)
        let plain = judge(recipe(), Waves.student, Waves.teacher, Waves.labels).terms.map(\.value)
        for _ in 0..<5 {
            let w = (0..<4).map { _ in stream.uniform(0, 3) }
            let weighted = recipe {
                ($0.lambdaDetection, $0.lambdaDistillation) = (w[0], w[1])
                ($0.lambdaDistCiou, $0.lambdaDistKl) = (w[2], w[3])
            }
            let judgement = judge(weighted, Waves.student, Waves.teacher, Waves.labels)
            #expect(judgement.terms.map(\.value) == plain)
            let expected = w[0] * (plain[0] + plain[1] + plain[2]) + w[1] * (w[2] * plain[3] + w[3] * plain[4])
            expectClose(judgement.terms.total, expected, 1e-12)
        }
    }

    @Test func withoutDistillationWeightTheGradientIsThatOfPlainTrainingBitForBit() {
        let scene = RandomScene(objects: [3, 1], key: 51)
        let off = judge(recipe { $0.lambdaDistillation = 0 }, scene.learned, scene.taught, scene.labels)
        let plain = judge(recipe(), scene.learned, nil, scene.labels)
        #expect(off.gradient.boxes.values == plain.gradient.boxes.values)
        #expect(off.gradient.scores.values == plain.gradient.scores.values)
        #expect(off.terms.prefix(3) == plain.terms.prefix(3))
        #expect(off.terms.count == 5 && off.terms[3].value > 0)
    }

    @Test func isolatedGradientsAddUpToTheWhole() {
        let scene = RandomScene(objects: [3, 1], key: 52)
        let whole = judge(recipe(), scene.learned, scene.taught, scene.labels)
        var boxes = [Float](repeating: 0, count: whole.gradient.boxes.shape.count)
        var scores = [Float](repeating: 0, count: whole.gradient.scores.shape.count)
        for term in DetectionObjective.TermName.allCases {
            let part = judge(recipe(), scene.learned, scene.taught, scene.labels, isolating: term)
            #expect(part.terms == whole.terms)
            #expect(part.gradient.norm > 0, "\(term) gives nothing")
            for (index, value) in part.gradient.boxes.values.enumerated() { boxes[index] += value }
            for (index, value) in part.gradient.scores.values.enumerated() { scores[index] += value }
        }
        #expect(relativeError(boxes, whole.gradient.boxes.values) < 1e-6)
        #expect(relativeError(scores, whole.gradient.scores.values) < 1e-6)
    }

    @Test(arguments: [[1, 2, 3], [3, 3], [2, 0, 4], [6]])
    func sumsOverShardsAreTheWholeBatch(_ sizes: [Int]) {
        let scene = RandomScene(objects: [4, 0, 9, 2, 0, 1], key: 53)
        let objective = DetectionObjective(recipe: recipe(), hasTeacher: true)
        let whole = judge(recipe(), scene.learned, scene.taught, scene.labels)
        var start = 0
        let preparations = sizes.map { size in
            defer { start += size }
            let (learned, taught, labels) = scene.shard(start..<start + size)
            return objective.prepare(learned, taught: taught, labels: labels)
        }
        let counts = preparations.reduce(DetectionObjective.Counts()) { $0 + $1.counts }
        #expect(DetectionObjective.Counts(values: counts.values) == counts)
        #expect(counts.images == 6 && counts.objects == 16 && counts.rows == 60)
        let judgements = preparations.map { objective.evaluate($0, counts: counts) }
        for (index, term) in whole.terms.enumerated() {
            expectClose(judgements.reduce(0) { $0 + $1.terms[index].value }, term.value, 1e-12)
        }
        // The sum of scores may round otherwise; nothing else may differ.
        #expect(
            largestDifference(judgements.flatMap { $0.gradient.boxes.values }, whole.gradient.boxes.values) < 1e-6)
        #expect(
            largestDifference(judgements.flatMap { $0.gradient.scores.values }, whole.gradient.scores.values) < 1e-6)
    }

    @Test func bitsDoNotDependOnTheNumberOfThreads() {
        let scene = RandomScene(objects: [4, 0, 30, 2, 7], key: 54)
        let before = Threads.count
        defer { Threads.count = before }
        Threads.count = 1
        let one = judge(recipe(), scene.learned, scene.taught, scene.labels)
        for threads in [2, 3, 8] {
            Threads.count = threads
            let many = judge(recipe(), scene.learned, scene.taught, scene.labels)
            #expect(many.terms == one.terms)
            #expect(many.gradient.boxes.values == one.gradient.boxes.values)
            #expect(many.gradient.scores.values == one.gradient.scores.values)
            #expect(many.gradient.norm == one.gradient.norm)
        }
    }

    @Test func oneClassLearnsFromTheTeacherToo() {
        let scene = RandomScene(classes: 1, objects: [3], key: 55)
        let judgement = judge(recipe(), scene.learned, scene.taught, scene.labels, isolating: .distillClass)
        #expect(judgement.terms[4].value > 0)
        #expect(judgement.gradient.norm > 0)
    }

    @Test func imagesWithoutLabelsStillDistil() {
        let none = BoxLabels(objects: [], imageCount: 3)
        let judgement = judge(recipe(), Waves.student, Waves.teacher, none)
        expectClose(judgement.terms[3].value, 0.6299118, 1e-6)
        #expect(judgement.terms[0].value == 0 && judgement.terms[2].value == 0)
    }

    @Test func aShardWithoutImagesIsLegal() {
        let scene = RandomScene(objects: [3, 1], key: 56)
        let (learned, taught, labels) = scene.shard(1..<1)
        let judgement = judge(recipe(), learned, taught, labels)
        #expect(judgement.terms.total == 0)
    }

    @Test func nonFiniteValuesAreNamedByTermAndImage() {
        let scene = RandomScene(objects: [3, 1, 0], key: 57)
        let scores = scene.learned.scores.copied()
        scores.images(1..<2).fill(.nan)
        let boxes = scene.learned.boxes.copied()
        boxes.images(2..<3).fill(.infinity)
        let learned = Predictions(boxes: boxes, scores: scores, grid: scene.grid)
        let found = judge(recipe(), learned, scene.taught, scene.labels).nonFinite
        #expect(
            Set(found.map { "\($0.term.rawValue) \($0.image)" }) == ["cls 1", "distill_cls 1", "distill_box 2"])
    }
}
