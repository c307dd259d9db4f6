import Foundation

/// Completes the relative paths of a recipe: with the folder of the file they stand in, else with the working directory.
struct RecipePaths {
    /// Absolute.
    let workingDirectory: String

    init(workingDirectory: String?) {
        let here = FileManager.default.currentDirectoryPath
        self.workingDirectory = workingDirectory.map { AbsolutePath.join(here, $0) } ?? here
    }

    /// The note about what was found elsewhere, if any. `folder` is the one of the file that gives the key.
    func complete(_ key: RecipeKey, in recipe: inout Recipe, folder: String) -> String? {
        var note: String?
        switch key.name {
        case "teacher": note = complete(&recipe.teacher, key, folder)
        case "student": note = complete(&recipe.student, key, folder)
        case "pretrained": note = complete(&recipe.pretrained, key, folder)
        case "distillation_dataset": note = complete(&recipe.distillationDataset, key, folder)
        case "data": note = complete(&recipe.data, key, folder)
        case "resume":
            guard case .from(var path) = recipe.resume else { return nil }
            note = complete(&path, key, folder)
            recipe.resume = .from(path)
        default: break
        }
        return note
    }

    private func complete(_ text: inout String, _ key: RecipeKey, _ folder: String) -> String? {
        guard !text.isEmpty else { return nil }
        if key.path == .model, !Self.isPath(text) { return nil }
        let written = text
        let beside = absolute(AbsolutePath.join(folder, written))
        let here = absolute(written)
        text = beside
        if exists(beside) { return nil }
        if beside != here, exists(here) {
            text = here
            return "\(key.name): \(written) is not beside the file that names it; using \(here)"
        }
        if key.path == .model, Self.isTableName(written) { text = String(written.prefix { $0 != "." }) }
        return nil
    }

    /// Whether a student is a path and not the name of a model.
    private static func isPath(_ text: String) -> Bool {
        let ending = text.split(separator: ".", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        return text.contains("/") || ["pt", "safetensors", "yaml", "yml"].contains(ending) && text.contains(".")
    }

    /// Whether a path is what the reference calls its built-in tables, as in `yolov8n.yaml`.
    private static func isTableName(_ text: String) -> Bool {
        !text.contains("/") && (text.hasSuffix(".yaml") || text.hasSuffix(".yml")) && text.hasPrefix("yolo")
    }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// The path from the working directory.
    func absolute(_ path: String) -> String { AbsolutePath.of(path, from: workingDirectory) }
}
