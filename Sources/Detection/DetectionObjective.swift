import Configuration
import Datasets
import Distillation
import Models
import Tensors

/// What a distilled detector is trained for: detection of the labels, and agreement with the teacher.
///
/// A step has two phases. Each shard `prepare`s what depends on its own images and hands out counts; these are summed
/// over all shards; then each shard `evaluate`s its part of every term and the gradient of the total. Sums over shards
/// are what one shard with all images would give.
public struct DetectionObjective: Sendable {
    /// The terms, in the order of `equation`.
    public enum TermName: String, Sendable, CaseIterable {
        case box, cls, dfl
        case distillBox = "distill_box"
        case distillClass = "distill_cls"
    }

    /// Compares with the labels.
    public let detection: DetectionLoss
    /// Nil without a teacher.
    public let response: TopKResponse?
    /// How the terms add up.
    public let equation: Equation

    /// - Parameter hasTeacher: whether the run has a teacher; without one only the detection terms exist.
    public init(recipe: Recipe, hasTeacher: Bool) {
        let gains = DetectionItems(box: recipe.box, cls: recipe.cls, dfl: recipe.dfl)
        detection = DetectionLoss(gains: gains, compatibility: recipe.compat)
        let form: SoftenedDivergence.Distribution =
            recipe.classDistribution == .softmax ? .categorical : .bernoulli
        let divergence = SoftenedDivergence(form, temperature: Float(recipe.temperature))
        response = hasTeacher ? TopKResponse(count: recipe.topK, divergence: divergence) : nil
        equation = DetectionObjective.equation(recipe, hasTeacher: hasTeacher)
    }

    private static func equation(_ recipe: Recipe, hasTeacher: Bool) -> Equation {
        func part(_ name: TermName, _ gain: Double, _ included: Bool) -> Equation.Part {
            Equation.Part(name: name.rawValue, gain: gain, valueIncludesGain: included)
        }
        let detection = Equation.Group(
            weight: recipe.lambdaDetection,
            parts: [part(.box, recipe.box, true), part(.cls, recipe.cls, true), part(.dfl, recipe.dfl, true)])
        let distillation = Equation.Group(
            weight: recipe.lambdaDistillation,
            parts: [
                part(.distillBox, recipe.lambdaDistCiou, false), part(.distillClass, recipe.lambdaDistKl, false),
            ])
        return Equation(groups: hasTeacher ? [detection, distillation] : [detection])
    }

    /// The terms of this run.
    public var termNames: [TermName] { equation.names.compactMap(TermName.init) }

    /// First phase: what each anchor shall learn, and this shard's counts.
    public func prepare(_ learned: Predictions, taught: Predictions?, labels: BoxLabels) -> Preparation {
        precondition((taught == nil) == (response == nil), "a teacher's answers are needed exactly when there is one")
        let assignment = KernelProfile.measure(call("assignment to labels", learned)) {
            detection.assign(learned, labels)
        }
        let selection = KernelProfile.measure(call("selection of the teacher's answers", learned)) {
            taught.flatMap { response?.select($0) }
        }
        return Preparation(
            learned: learned, taught: taught, assignment: assignment, selection: selection,
            objectCount: labels.objects.count)
    }

    /// Second phase: this shard's part of every term, and the gradient of the total.
    ///
    /// The total of a step is the number of images of all shards times the weighted sum of the terms.
    ///
    /// - Parameters:
    ///   - counts: of all shards together.
    ///   - term: leaves only this term in the gradient, to measure what it gives the student.
    public func evaluate(_ preparation: Preparation, counts: Counts, isolating term: TermName? = nil) -> Judgement {
        let gradient = KernelProfile.measure(call("fill", preparation.learned)) {
            PredictionsGradient(like: preparation.learned)
        }
        let images = imageValues(preparation, counts: counts, isolating: term, gradient: gradient)
        return Judgement(equation: equation, termNames: termNames, imageValues: images, gradient: gradient)
    }

    /// The terms alone, for validation: as `evaluate`, without any gradient.
    public func terms(_ preparation: Preparation, counts: Counts) -> [Term] {
        let images = imageValues(preparation, counts: counts, isolating: nil, gradient: nil)
        return equation.terms(
            images.reduce([Double](repeating: 0, count: termNames.count)) { zip($0, $1).map { $0 + $1 } })
    }

    /// Each image's part of every term.
    private func imageValues(
        _ preparation: Preparation, counts: Counts, isolating term: TermName?, gradient: PredictionsGradient?
    ) -> [[Double]] {
        let weights = zip(termNames, equation.weights).map { name, weight in
            term == nil || term == name ? weight * counts.images : 0
        }
        let detected = KernelProfile.measure(call("detection terms", preparation.learned)) {
            detection.evaluateImages(
                preparation.learned, preparation.assignment, scoreSum: counts.scoreSum,
                scale: DetectionItems(box: weights[0], cls: weights[1], dfl: weights[2]), gradient: gradient)
        }
        let images = detected.map { [$0.box, $0.cls, $0.dfl] }
        guard let response, let taught = preparation.taught, let selection = preparation.selection else {
            return images
        }
        let answered = KernelProfile.measure(call("response terms", preparation.learned)) {
            response.evaluateImages(
                learned: preparation.learned, taught: taught, selection, rowCount: counts.rows,
                scale: TopKResponse.Items(box: weights[3], cls: weights[4]), gradient: gradient)
        }
        return zip(images, answered).map { $0 + [$1.box, $1.cls] }
    }

    /// How a profile books a part of the loss.
    private func call(_ part: String, _ predictions: Predictions) -> KernelCall {
        KernelCall(
            kernel: part, shape: "\(predictions.classCount) classes, \(predictions.grid.count) anchors", block: "loss")
    }
}
