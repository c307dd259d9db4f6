import CHost
import Checkpoints
import Collectives
import Configuration
import Datasets
import Detection
import Diagnostics
import Models
import Plots
import Tensors

/// Measures a trained model on the validation images of a recipe, on all ranks.
struct ValidationRun {
    /// File of the model.
    let model: String
    private var recipe: Recipe
    /// Whether the user chose the image size; else it is the one the model was trained at.
    private let isSizeGiven: Bool
    /// Folder of the pictures and its place in a project; nil draws none, which is what nobody asked for.
    private let pictures: (project: String, name: String)?
    let ranks: any Communicator

    init(model: String, reading: RecipeReading, ranks: any Communicator) {
        self.model = model
        recipe = reading.recipe
        isSizeGiven = reading.origins["imgsz"] != nil
        let origins = reading.origins
        // A recipe's project and name are those of a training run.
        func word(_ key: String, _ value: String, else standard: String) -> String {
            origins[key]?.isWord == true ? value : standard
        }
        pictures =
            origins["plots"]?.isWord == true && recipe.plots
            ? (
                word("project", reading.recipe.project, else: "runs/detect"),
                word("name", reading.recipe.name, else: "val")
            ) : nil
        self.ranks = ranks
    }

    /// What was measured, on rank 0; all ranks call it.
    mutating func result() throws -> ValidationResult? {
        try Machine.start(recipe, ranks: ranks)
        func tell(_ text: String) { if ranks.rank == 0 { print(text) } }
        let naming = try DataNaming(recipe, ranks: ranks, print: tell)
        var loading = ModelLoading(recipe: recipe, classNames: naming.names)
        let detector = try loading.trained(ModelPlace(model).path, role: "model")
        for note in loading.notes { tell(note) }
        let data = try DataLoading(recipe, naming, training: false, ranks: ranks, print: tell)
        if let size = loading.imageSize, !isSizeGiven { recipe.imgsz = size.map { ($0 + 31) / 32 * 32 } }
        tell(
            "imgsz \(recipe.imageSize.height)×\(recipe.imageSize.width), conf \(recipe.conf), iou \(recipe.iou)"
                + (recipe.rect ? ", rect" : ""))
        let limit = try PictureStore.limit(for: recipe, catalogs: [data.val], processes: ranks.local.size)
        let store = PictureStore(data.val, target: recipe.imageSize, limit: limit)
        let batches = ValidationBatches(store: store, batch: recipe.batch, recipe: recipe)
        let evaluator = DetectionEvaluator(
            model: detector, batches: batches, recipe: recipe,
            workers: Prefetcher.threads(workers: recipe.workers, cores: Threads.count))
        evaluator.keepsDetails = pictures != nil
        // Before what takes long: whether there is a place for pictures.
        let folder = ranks.rank == 0 ? try pictures.map(pictureFolder) : nil
        let start = chost_seconds()
        guard let scores = try evaluator.evaluate(detector, ranks: ranks), let metrics = evaluator.metrics else {
            return nil
        }
        var result = ValidationResult(
            model: model, metrics, losses: scores.losses, seconds: chost_seconds() - start, ranks: ranks.size,
            times: evaluator.times)
        if let folder, let details = evaluator.details {
            PictureFolder(folder).writeValidation(details) { tell("warning: \($0)") }
            result.confusion = details.confusion.table(classes: details.classNames.count)
            result.pictures = folder
        }
        return result
    }

    private func pictureFolder(_ place: (project: String, name: String)) throws -> String {
        recipe.existOk
            ? try FolderSeries.reuse(project: place.project, name: place.name)
            : try FolderSeries.make(project: place.project, name: place.name)
    }
}
