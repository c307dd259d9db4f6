import Checkpoints
import Collectives
import Configuration
import Detection
import Diagnostics
import Foundation
import Models
import Training

/// What a run hands over: the best student with its card, compared with the teacher and with its own start.
final class RunResult {
    private let recipe: Recipe
    private let facts: RunFacts
    private let objective: String
    private let ranks: any Communicator
    private var teacher: [Double]?

    init(recipe: Recipe, facts: RunFacts, objective: String, ranks: any Communicator) {
        self.recipe = recipe
        self.facts = facts
        self.objective = objective
        self.ranks = ranks
    }

    /// Scores the student before training and the teacher, for the comparison at the end.
    func measureStart(
        _ evaluator: DetectionEvaluator, state: RunState, teacher model: Detector?, log: RunLog, isResumed: Bool
    ) throws {
        if !recipe.val || state.progress.isOver { return }
        if !isResumed {
            let start = try evaluator.evaluate(state.weights.values, ranks: ranks)?.metrics
            state.changing { state.progress.startMetrics = start ?? [] }
        }
        if let model {
            teacher = try evaluator.evaluate(model, ranks: ranks)?.metrics
            guard let teacher else { return }
            log.note("teacher on the validation images: \(RunResult.line(teacher))")
            if teacher[2] < 0.05 {
                log.note("warning: the teacher finds next to nothing there; is it the right model for these classes?")
            }
        }
    }

    /// The best checkpoint and the last one, as far as they are there.
    private func files(of checkpoints: CheckpointFolder) -> [String] {
        ["best", "last"].map { CheckpointFolder.file($0, in: checkpoints.path) }
            .filter { FileManager.default.fileExists(atPath: $0) }
    }

    /// Puts `best.pt` and `last.pt` beside the run's checkpoints, as far as it has come.
    ///
    /// - Returns: names of the files.
    /// - Throws: `Problem` naming the file that cannot be written.
    @discardableResult
    func writeTorchFiles(_ checkpoints: CheckpointFolder) throws -> [String] {
        try files(of: checkpoints).map { file in
            let path = (file as NSString).deletingPathExtension + ".pt"
            try writeDurably(try HandedOver(checkpoint: file).torchFile, to: path)
            return (path as NSString).lastPathComponent
        }
    }

    /// Puts the best student into the registry, and `best.pt` and `last.pt` beside the run's checkpoints.
    ///
    /// - Parameter run: the run's folder.
    /// - Returns: lines that say where they are and how the student compares.
    func handOver(_ run: RunFolder, student: Detector, epochs: Int) throws -> [String] {
        let checkpoints = run.checkpoints
        let path = files(of: checkpoints).first ?? CheckpointFolder.file("last", in: checkpoints.path)
        // Of the file that is handed over, not of the run: they differ where a run went on from an earlier epoch.
        let snapshot = try Snapshot(SafeTensors(contentsOf: path), path: path)
        let progress = snapshot.progress
        let best = try HandedOver(snapshot)
        let metrics = progress.stopping.bestEpoch == progress.epoch ? progress.bestMetrics : []
        let registry = Registry(root: recipe.registry)
        let bytes = try best.safeTensors
        var card = try card(student, metrics, progress, epochs, bytes)
        card.run = run.name
        card.dataDigest = snapshot.facts.dataDigest
        let places = try registry.take(
            [("model.safetensors", bytes), ("model.pt", try best.torchFile)], card: card, limit: recipe.registryKeep)
        try writeTorchFiles(checkpoints)
        let compared = [
            ("at the start", progress.startMetrics), ("now         ", metrics), ("its teacher ", teacher ?? []),
        ]
        return ["student: \(registry.folder(.latest))/model.safetensors, and model.pt for Ultralytics"] + places
            + compared.filter { !$1.isEmpty }.map { "  \($0)  \(RunResult.line($1))" }
    }

    private func card(
        _ model: Detector, _ metrics: [Double], _ progress: Training.Progress, _ epochs: Int, _ bytes: [UInt8]
    ) throws -> ModelCard {
        ModelCard(
            fitness: metrics.isEmpty ? nil : Training.fitness(metrics, weights: recipe.fitnessWeights),
            metric: metric, architecture: recipe.student.split(separator: "/").last.map(String.init) ?? "",
            parameters: model.weights.fieldParameterCount, classes: model.classNames, strides: model.strides,
            imageSize: [recipe.imageSize.height, recipe.imageSize.width],
            metrics: ModelCard.Metrics(metrics),
            metricsAtStart: ModelCard.Metrics(progress.startMetrics), teacherMetrics: ModelCard.Metrics(teacher ?? []),
            bestEpoch: progress.stopping.bestEpoch, epochsTrained: epochs, objective: objective,
            recipe: facts.recipe, teacher: recipe.teacher.isEmpty ? nil : recipe.teacher,
            teacherDigest: facts.teacherDigest.isEmpty ? nil : facts.teacherDigest, dataDigest: facts.dataDigest,
            weightsDigest: Digest(bytes).description, ranks: ranks.size, shards: facts.shards,
            program: "swift-distill \(facts.programVersion)", date: ISO8601DateFormatter().string(from: Date()))
    }

    /// How fitness comes about, beside the images.
    private var metric: String {
        let names = ["precision", "recall", "mAP50", "mAP50-95"]
        let parts = zip(names, recipe.fitnessWeights).filter { $1 != 0 }.map { "\($1) \($0)" }
        return parts.joined(separator: " + ")
            + ", conf \(recipe.conf), iou \(recipe.iou), max_det \(recipe.maxDet)"
            + (recipe.singleCls ? ", single_cls" : "")
    }

    private static func line(_ metrics: [Double]) -> String {
        let names = ["precision", "recall", "mAP50", "mAP50-95"]
        return zip(names, metrics).map { "\($0) \(String(format: "%.3f", $1))" }.joined(separator: "  ")
    }
}
