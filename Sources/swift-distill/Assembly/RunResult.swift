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
    private var start: [Double]?
    private var teacher: [Double]?

    init(recipe: Recipe, facts: RunFacts, objective: String, ranks: any Communicator) {
        self.recipe = recipe
        self.facts = facts
        self.objective = objective
        self.ranks = ranks
    }

    /// Scores the student before training and the teacher, for the comparison at the end.
    func measureStart(
        _ evaluator: DetectionEvaluator, student: Detector, teacher model: Detector?, log: RunLog, isResumed: Bool
    ) throws {
        if !recipe.val { return }
        if !isResumed { start = try evaluator.evaluate(student.weights.values, ranks: ranks)?.metrics }
        if let model {
            teacher = try evaluator.evaluate(model, ranks: ranks)?.metrics
            if let teacher { log.note("teacher on the validation images: \(RunResult.line(teacher))") }
        }
    }

    /// Puts the best student into the registry and says where it is and how it compares.
    func handOver(_ checkpoints: CheckpointFolder, student: Detector, state: RunState, log: RunLog) throws {
        let path = CheckpointFolder.file("best", in: checkpoints.path)
        let name = FileManager.default.fileExists(atPath: path) ? "best" : "last"
        let best = try ModelFile.read(CheckpointFolder.file(name, in: checkpoints.path))
        let weights = best.weights.mapValues { ($0.shape, $0.values) }
        let rows = Dictionary(uniqueKeysWithValues: student.classNames.indices.map { ($0, $0) })
        let model = try student.twin()
        try model.load(weights, rows: rows, file: path)
        let bytes = try model.file().serialized()
        let metrics = state.progress.bestMetrics
        let folder = ResultFolder(registry: recipe.registry)
        try folder.replace(with: [
            ("model.safetensors", bytes), ("model_card.json", try card(model, metrics, state, bytes).json()),
        ])
        log.note("student: \(folder.latest)/model.safetensors")
        if let start { log.note("  at the start  \(RunResult.line(start))") }
        if !metrics.isEmpty { log.note("  now           \(RunResult.line(metrics))") }
        if let teacher { log.note("  its teacher   \(RunResult.line(teacher))") }
    }

    private func card(
        _ model: Detector, _ metrics: [Double], _ state: RunState, _ bytes: [UInt8]
    ) throws -> ModelCard {
        ModelCard(
            architecture: recipe.student.split(separator: "/").last.map(String.init) ?? "",
            parameters: model.weights.fieldParameterCount, classes: model.classNames, strides: model.strides,
            imageSize: [recipe.imageSize.height, recipe.imageSize.width],
            metrics: metrics.count == 4 ? ModelCard.Metrics(metrics) : nil,
            metricsAtStart: start.map(ModelCard.Metrics.init), teacherMetrics: teacher.map(ModelCard.Metrics.init),
            bestEpoch: state.progress.stopping.bestEpoch, epochsTrained: state.progress.epoch, objective: objective,
            recipe: facts.recipe, teacher: recipe.teacher.isEmpty ? nil : recipe.teacher,
            teacherDigest: facts.teacherDigest.isEmpty ? nil : facts.teacherDigest, dataDigest: facts.dataDigest,
            weightsDigest: Digest(bytes).description, ranks: ranks.size, shards: facts.shards,
            program: "swift-distill \(facts.programVersion)", date: ISO8601DateFormatter().string(from: Date()))
    }

    private static func line(_ metrics: [Double]) -> String {
        let names = ["precision", "recall", "mAP50", "mAP50-95"]
        return zip(names, metrics).map { "\($0) \(String(format: "%.3f", $1))" }.joined(separator: "  ")
    }
}
