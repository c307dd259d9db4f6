import Checkpoints
import Configuration
import Diagnostics
import Documents
import Foundation
import Training

/// What a checkpoint of a run tells other programs about its training, by the field's names.
struct RunRecord {
    let record: TrainingRecord

    /// Recipe keys that the field knows by the same name and with the same meaning.
    private static let keys = [
        "data", "imgsz", "epochs", "patience", "time", "batch", "nbs", "optimizer", "lr0", "lrf", "momentum",
        "weight_decay", "warmup_epochs", "warmup_momentum", "warmup_bias_lr", "cos_lr", "close_mosaic", "box", "cls",
        "dfl", "freeze", "fraction", "seed", "single_cls", "mosaic", "degrees", "translate", "scale", "shear",
        "perspective", "mixup", "hsv_h", "hsv_s", "hsv_v", "flipud", "fliplr", "bgr", "val", "iou", "max_det",
    ]
    /// Keys that decide where and on what machine a run happens, and change no number of it.
    private static let circumstances: Set<String> = [
        "project", "name", "exist_ok", "registry", "registry_keep", "resume", "threads", "workers", "save_period",
        "log_every", "debug", "checkpoint_activations",
    ]

    /// - Parameter checkpoint: the file; `results.csv` is looked for in its run folder.
    init(checkpoint path: String) throws {
        try self.init(Snapshot(SafeTensors(contentsOf: path), path: path))
    }

    init(_ snapshot: Snapshot) throws {
        let recipe = try Recipe(yaml: snapshot.facts.recipe, file: snapshot.path)
        var record = TrainingRecord()
        record.arguments = Self.arguments(recipe)
        record.metrics = Self.metrics(snapshot, recipe)
        record.recipeDigest = Self.digest(recipe)
        record.date = Self.date(of: snapshot.path)
        record.license = "Apache-2.0 (swift-distill, which wrote this file); the weights are their owner's"
        let run = FilePath.folder(of: FilePath.folder(of: snapshot.path))
        record.results = Self.columns(ofTable: (run.isEmpty ? "." : run) + "/results.csv")
        self.record = record
    }

    /// What depends on the recipe and the data alone, not on when and how fast the run was.
    var reproducible: TrainingRecord {
        var record = record
        record.date = nil
        record.results = nil
        return record
    }

    private static func arguments(_ recipe: Recipe) -> Node {
        var pairs = [Node.Pair("task", Node(.string("detect"))), Node.Pair("mode", Node(.string("train")))]
        pairs.append(Node.Pair("model", Node(.string(recipe.student))))
        for name in keys {
            guard let key = RecipeKeys.key(name) else { continue }
            var value = key.value(in: recipe)
            switch name {
            case "imgsz": value = Node(.int(recipe.imgsz.max() ?? 640))
            case "data" where recipe.data.isEmpty:
                value = Node(.string(recipe.distillationDataset + "/distillation_data.yaml"))
            default: break
            }
            pairs.append(Node.Pair(name, value))
        }
        return Node(.map(pairs))
    }

    /// The same for runs that only differ in where they happen.
    private static func digest(_ recipe: Recipe) -> String {
        let pairs = RecipeKeys.all.filter { !circumstances.contains($0.name) }
            .map { Node.Pair($0.name, $0.value(in: recipe)) }
        return Digest(YAML.text(of: Node(.map(pairs)))).description
    }

    /// Of the best epoch, when the checkpoint holds it.
    private static func metrics(_ snapshot: Snapshot, _ recipe: Recipe) -> Node? {
        let progress = snapshot.progress
        let metrics = progress.bestMetrics
        guard metrics.count == 4, progress.stopping.bestEpoch == progress.epoch, progress.step == 0 else { return nil }
        let names = ["precision", "recall", "mAP50", "mAP50-95"]
        let pairs = zip(names, metrics).map { Node.Pair("metrics/\($0)(B)", Node(.double($1))) }
        let fitness = Training.fitness(metrics, weights: recipe.fitnessWeights)
        return Node(.map(pairs + [Node.Pair("fitness", Node(.double(fitness)))]))
    }

    /// When the weights were saved; taken from the file, so that exporting it again gives the same bytes.
    private static func date(of path: String) -> String? {
        let date = (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
        return date.map { ISO8601DateFormatter().string(from: $0) }
    }

    private static func columns(ofTable path: String) -> Node? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        let rows = text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        guard let names = rows.first, names.first == "epoch" else { return nil }
        // A table that somebody has edited costs the rows that cannot be read, no more.
        let full = rows.dropFirst().filter { $0.count == names.count && Int($0[0]) != nil }
        let pairs = names.enumerated().map { column, name in
            let values = full.map { row in
                column == 0 ? Node.Kind.int(Int(row[0]) ?? 0) : .double(Double(row[column]) ?? .nan)
            }
            return Node.Pair(String(name), Node(.list(values.map { Node($0) })))
        }
        return Node(.map(pairs))
    }
}
