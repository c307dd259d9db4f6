import Diagnostics

extension Recipe {
    /// Keys that a resumed run may change: what the reference allows, and what concerns the machine and the log only.
    public static let resumeOverridable: Set<String> = [
        "imgsz", "batch", "gradient_compression", "close_mosaic", "save_period", "workers", "cache", "patience", "time",
        "freeze", "val",
        "teacher",
        "data", "distillation_dataset", "project", "name", "exist_ok", "registry", "registry_keep",
        "threads", "log_every", "debug",
        "plots",
        "mosaic", "degrees", "translate", "scale", "shear", "perspective", "mixup", "hsv_h", "hsv_s", "hsv_v", "flipud",
        "fliplr", "bgr",
    ]

    /// This recipe of a checkpoint, continued with what the command line of the resumed run changes.
    ///
    /// Words win where `resumeOverridable` allows it; another word that would change the run is a problem. Files
    /// of the resumed run change nothing: the notes name where they differ.
    public func resumed(by reading: RecipeReading) throws -> (recipe: Recipe, notes: [String]) {
        var result = self
        var notes: [String] = []
        for key in RecipeKeys.all where key.name != "resume" {
            guard let origin = reading.origins[key.name] else { continue }
            let new = key.text(in: reading.recipe)
            let old = key.text(in: self)
            if new == old { continue }
            if !origin.isWord {
                notes.append("\(key.name): the checkpoint's \(old) stays, \(origin) says \(new)")
            } else if Recipe.resumeOverridable.contains(key.name) {
                key.copy(from: reading.recipe, to: &result)
                notes.append("\(key.name): \(old) becomes \(new)")
            } else {
                throw Problem(
                    "`\(key.name)` cannot change when a run is resumed; the checkpoint has \(old)", file: origin.file,
                    remedy: "Leave it out, or start a new run with `pretrained` set to the checkpoint",
                    exit: .commandLine)
            }
        }
        result.resume = reading.recipe.resume
        return (result, notes)
    }
}
