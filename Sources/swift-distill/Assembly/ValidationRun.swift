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
    private let settings: ValidationSettings
    /// Whether pictures are drawn: only where a word asks for them.
    private let draws: Bool
    /// The project and name of the folder for what is written.
    private let place: (project: String, name: String)
    let ranks: any Communicator

    init(model: String, reading: RecipeReading, settings: ValidationSettings, ranks: any Communicator) {
        self.model = model
        self.settings = settings
        recipe = reading.recipe
        isSizeGiven = reading.origins["imgsz"] != nil
        let origins = reading.origins
        // A recipe's project and name are those of a training run.
        func word(_ key: String, _ value: String, else standard: String) -> String {
            origins[key]?.isWord == true ? value : standard
        }
        draws = origins["plots"]?.isWord == true && recipe.plots
        place = (word("project", recipe.project, else: "runs/detect"), word("name", recipe.name, else: "val"))
        self.ranks = ranks
    }

    /// What was measured, on rank 0; all ranks call it.
    mutating func result() throws -> ValidationResult? {
        try Machine.start(recipe, ranks: ranks)
        func tell(_ line: String) { if ranks.rank == 0 { say(line) } }
        let naming = try DataNaming(recipe, judgingBy: settings.split, ranks: ranks, print: tell)
        var loading = ModelLoading(recipe: recipe, classNames: naming.names, printedNames: naming.printedNames)
        let detector = try loading.trained(ModelPlace(model).path, role: "model")
        for note in loading.notes { tell(note) }
        let data = try DataLoading(recipe, naming, training: false, judging: settings, ranks: ranks, print: tell)
        if let size = loading.imageSize, !isSizeGiven { recipe.imgsz = size }
        let multiple = detector.sideMultiple
        recipe.imgsz = recipe.imgsz.map { ($0 + multiple - 1) / multiple * multiple }
        tell(
            "imgsz \(recipe.imageSize.height)×\(recipe.imageSize.width), conf \(recipe.conf), iou \(recipe.iou)"
                + (recipe.rect ? ", rect" : ""))
        if let note = raiseLimit(to: data.val.entries.map(\.objects.count).max() ?? 0) { tell(note) }
        let limit = try PictureStore.limit(for: recipe, catalogs: [data.val], processes: ranks.local.size)
        let store = PictureStore(data.val, target: recipe.imageSize, limit: limit)
        let batches = ValidationBatches(store: store, batch: recipe.batch, recipe: recipe, stride: multiple)
        let evaluator = DetectionEvaluator(
            model: detector, batches: batches, recipe: recipe,
            workers: Prefetcher.threads(workers: recipe.workers, cores: Threads.count))
        evaluator.keepsDetails = draws
        evaluator.keepsDetections = settings.saveJson
        // Before what takes long: whether there is a place for what is written.
        let folder = ranks.rank == 0 && (draws || settings.saveJson) ? try folder() : nil
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
        if let folder, settings.saveJson {
            result.predictions = "\(folder)/predictions.json"
            try writeDurably(list(evaluator.detections, data.val), to: "\(folder)/predictions.json")
        }
        return result
    }

    /// A limit that nobody chose is no lower than the objects of an image.
    ///
    /// Source: spec of the validation, section 1.
    private mutating func raiseLimit(to objects: Int) -> String? {
        guard recipe.compat == .current, recipe.maxDet == Recipe().maxDet, objects > recipe.maxDet else { return nil }
        recipe.maxDet = objects
        return "max_det: images have up to \(objects) objects, so that many detections count"
    }

    private func list(_ detections: [DetectionStatistics.Reported], _ images: ImageCatalog) -> [UInt8] {
        let names = PictureNames((0..<images.count).map(images.path))
        var list = PredictionList()
        for row in detections { list.add([row.detection], of: names[Int(row.image)]) }
        return Array(list.json.utf8)
    }

    private func folder() throws -> String {
        recipe.existOk
            ? try FolderSeries.reuse(project: place.project, name: place.name)
            : try FolderSeries.make(project: place.project, name: place.name)
    }
}
