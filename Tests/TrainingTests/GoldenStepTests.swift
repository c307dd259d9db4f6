import Configuration
import Datasets
import Detection
import Foundation
import Layers
import Models
import Optimization
import Tensors
import TestSupport
import Testing

/// One shard, no teacher: what the reference's training loop does with a batch.
private struct PlainStep {
    let model: Detector
    let images: Tensor
    let labels: BoxLabels
    let objective: DetectionObjective

    init(_ golden: GoldenFile) throws {
        model = try Golden.model()
        images = golden.image("img")
        labels = goldenLabels(golden, images: images.shape.n)
        var recipe = Recipe()
        recipe.lambdaDetection = 1
        objective = DetectionObjective(recipe: recipe, hasTeacher: false)
    }

    /// Fills the gradients; gives the items before the batch-size factor.
    func gradients() -> [Double] {
        let tape = Tape()
        model.weights.zeroGradients()
        let learned = model(Activation(images, recordedOn: tape))
        let preparation = objective.prepare(learned.predictions, taught: nil, labels: labels)
        let judgement = objective.evaluate(preparation, counts: preparation.counts)
        learned.boxes.receive(adding: judgement.gradient.boxes)
        learned.scores.receive(adding: judgement.gradient.scores)
        tape.backward()
        return judgement.terms.map(\.value)
    }
}

@Suite struct GoldenStepTests {
    @Test(arguments: [nil] + ConvolutionAlgorithm.allCases)
    func gradientsAreTheReferences(forced: ConvolutionAlgorithm?) throws {
        try ConvolutionChoices.$substitute.withValue(ConvolutionChoices(forced: forced)) { try compareGradients() }
    }

    private func compareGradients() throws {
        let golden = try Golden.file("backward")
        let step = try PlainStep(golden)
        let items = step.gradients()
        let images = Double(step.images.shape.n)
        for (item, expected) in zip(items, golden.doubles("loss")) {
            #expect(abs(item * images - expected) < 1e-4 * abs(expected))
        }
        let weights = step.model.weights
        for name in golden.tensors.entries.keys where name.hasPrefix("grad.") {
            let entry = try #require(weights[String(name.dropFirst("grad.".count))])
            #expect(relativeError(weights.read(entry, from: weights.gradients), golden.floats(name)) < 1e-3, "\(name)")
        }
        let norms = try #require(try Golden.notes("backward")["grad_norms"] as? [String: Double])
        let largest = norms.values.max() ?? 0
        for (name, norm) in norms {
            let entry = try #require(weights[name])
            let own = weights.read(entry, from: weights.gradients).reduce(0) { $0 + Double($1) * Double($1) }
            #expect(abs(own.squareRoot() - norm) < 1e-3 * norm + 1e-6 * largest, "\(name)")
        }
    }

    /// Five steps amplify rounding, up to many per cent where the recorded run is ill-conditioned: other roundings of the
    /// reference itself leave these bounds too. So the bound of a number is the stated one or, where that is more, a
    /// multiple of what the same steps do when the first weights are rounded otherwise.
    @Test(arguments: ["SGD", "AdamW"]) func fiveStepsFollowTheReference(name: String) throws {
        let golden = try Golden.file("train_steps.\(name)")
        let plain = try Trajectory(golden, name)
        let twins = try (1...3).map { try Trajectory(golden, name, noise: $0) }
        let log = golden.doubles("log")
        #expect(log.count == plain.log.count)
        for (i, expected) in log.enumerated() {
            let rounding = twins.map { abs($0.log[i] - plain.log[i]) }.max() ?? 0
            let bound = i < 8 ? 0.01 * abs(expected) : max(0.01 * abs(expected), 4 * rounding)
            #expect(abs(plain.log[i] - expected) < bound, "step \(i / 4), column \(i % 4)")
        }
        for name in golden.tensors.entries.keys where name.hasPrefix("after.") || name.hasPrefix("ema.") {
            let own = try plain.tensor(name)
            let rounding = try twins.map { relativeError(try $0.tensor(name), own) }.max() ?? 0
            #expect(relativeError(own, golden.floats(name)) < max(1e-3, 4 * rounding), "\(name)")
        }
        let norms = try #require(try Golden.notes("train_steps.\(name)")["norms"] as? [String: Double])
        for (name, norm) in norms {
            let own = try plain.norm("after.\(name)")
            let rounding = try twins.map { abs(try $0.norm("after.\(name)") - own) }.max() ?? 0
            #expect(abs(own - norm) < max(1e-3 * norm + 1e-6, 4 * rounding), "\(name)")
        }
    }
}

/// Steps of training on the golden batch, and what they leave.
private struct Trajectory {
    /// Box, cls, dfl and gradient norm of each step.
    private(set) var log: [Double] = []
    private let weights: Weights
    private let average: MovingAverage

    /// - Parameter noise: seed of a change of the first weights by about one rounding; nil for none.
    init(_ golden: GoldenFile, _ name: String, noise: Int? = nil) throws {
        let step = try PlainStep(golden)
        weights = step.model.weights
        if let noise {
            var random = RandomStream(noise)
            for i in 0..<weights.parameterCount { weights.values.pointer[i] *= Float(1 + 1e-6 * random.normal()) }
            weights.didChange()
        }
        let optimizer: any Optimizer = name == "SGD" ? SGD(weights) : AdamW(weights, beta1: 0.9)
        let rate = name == "SGD" ? 0.01 : 0.001
        let rates = Rates(weight: rate, norm: rate, bias: rate, momentum: 0.937, weightDecay: 5e-4)
        average = MovingAverage(of: weights)
        for _ in 0..<golden.shape("log")[0] {
            let items = step.gradients()
            let norm = gradientNorm(weights.gradients, of: weights)
            log += items + [norm]
            weights.commitBatchStatistics(weights.gradients, share: 1)
            optimizer.step(
                weights, gradient: weights.gradients, scale: Float(clippingScale(norm: norm, limit: 10)), rates: rates)
            average.follow(weights)
        }
    }

    /// `after.<name>` or `ema.<name>`.
    func tensor(_ name: String) throws -> [Float] {
        let parts = name.split(separator: ".", maxSplits: 1)
        let entry = try #require(weights[String(parts[1])])
        return weights.read(entry, from: parts[0] == "ema" ? average.values : nil)
    }

    /// Euclidean norm of a tensor.
    func norm(_ name: String) throws -> Double {
        try tensor(name).reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    }
}

/// Labels of a golden batch.
func goldenLabels(_ golden: GoldenFile, images: Int) -> BoxLabels {
    let places = golden.floats("batch_idx")
    let classes = golden.floats("cls")
    let boxes = golden.floats("bboxes")
    let objects = places.indices.map { i in
        BoxLabels.Object(
            image: Int(places[i]), category: Int(classes[i]),
            box: SIMD4(boxes[4 * i], boxes[4 * i + 1], boxes[4 * i + 2], boxes[4 * i + 3]))
    }
    return BoxLabels(objects: objects.sorted { $0.image < $1.image }, imageCount: images)
}
