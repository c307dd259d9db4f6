import Diagnostics

// What keys mean together: mistakes become problems, surprises become notes.
extension RecipeReading {
    mutating func check() throws {
        roundImageSize()
        try checkWeights()
        checkTeacher()
        checkLength()
        if recipe.name.contains("/") || recipe.name == ".." {
            throw problem(
                at: "name", message: "`name` is one folder inside `project`, not \(recipe.name)",
                remedy: "Put the path into `project`")
        }
        checkData()
        if recipe.optimizer == .auto {
            if isGiven("lr0") { notes.append("lr0: optimizer auto chooses its own; name an optimizer to use yours") }
        }
        if !recipe.rect, isGiven("rect") {
            notes.append("rect: false makes validation batches square; training batches always are")
        }
        if recipe.batchScaling == .strong, recipe.shards > recipe.batch {
            throw problem(
                at: "shards", "batch",
                message: "a batch of \(recipe.batch) cannot be divided into \(recipe.shards) shards",
                remedy: "Raise `batch`, lower `shards`, or use `batch_scaling: weak`")
        }
    }

    private mutating func roundImageSize() {
        let rounded = recipe.imgsz.map { ($0 + 31) / 32 * 32 }
        guard rounded != recipe.imgsz else { return }
        notes.append("imgsz: \(recipe.imgsz) is no multiple of 32, using \(rounded)")
        recipe.imgsz = rounded
    }

    private func checkWeights() throws {
        let detects = recipe.lambdaDetection > 0 && recipe.box + recipe.cls + recipe.dfl > 0
        let distils = !recipe.teacher.isEmpty && recipe.distils
        guard detects || distils else {
            throw problem(
                at: "lambda_detection", "box", "lambda_distillation", "teacher",
                message: "no loss has a weight above 0, so there is nothing to learn from"
                    + (recipe.teacher.isEmpty && recipe.distils ? " without a teacher" : ""),
                remedy: "Set `lambda_detection`, or name a `teacher` and set `lambda_distillation`")
        }
    }

    private mutating func checkTeacher() {
        if recipe.teacher.isEmpty {
            let given = ["lambda_distillation", "lambda_dist_ciou", "lambda_dist_kl", "temperature", "top_k"].filter(
                isGiven)
            if !given.isEmpty {
                notes.append("\(given.joined(separator: ", ")): without effect, there is no teacher")
            }
        } else if !recipe.distils {
            notes.append("teacher: without effect, every weight of distillation is 0")
        }
    }

    private mutating func checkLength() {
        let epochs = recipe.epochs
        if recipe.warmupEpochs > Double(epochs) {
            notes.append("warmup_epochs: \(recipe.warmupEpochs) is longer than the run of \(epochs)")
        }
        if recipe.mosaic > 0, recipe.closeMosaic >= epochs, recipe.closeMosaic > 0 {
            let compat = recipe.compat == .v83 && recipe.closeMosaic > epochs
            notes.append(
                compat
                    ? "close_mosaic: \(recipe.closeMosaic) is longer than the run of \(epochs), so mosaic never closes"
                    : "close_mosaic: \(recipe.closeMosaic) covers the run of \(epochs), so mosaic is never used")
        }
    }

    private mutating func checkData() {
        if !recipe.data.isEmpty, !recipe.distillationDataset.isEmpty {
            notes.append("distillation_dataset: without effect, data names the data set")
        }
    }
}

extension Recipe {
    /// Whether the weights let the teacher's answers count.
    public var distils: Bool { lambdaDistillation > 0 && (lambdaDistCiou > 0 || lambdaDistKl > 0) }
}
