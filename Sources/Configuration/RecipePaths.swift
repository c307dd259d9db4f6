import Foundation

/// Completes the relative paths of a recipe: with the folder of the file they stand in, else with the working directory.
struct RecipePaths {
    /// Absolute.
    let workingDirectory: String

    init(workingDirectory: String?) {
        let here = FileManager.default.currentDirectoryPath
        self.workingDirectory = workingDirectory.map { Self.join(here, $0) } ?? here
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
        let beside = absolute(Self.join(folder, written))
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

    /// The absolute path, without `.` and without `..` where leaving them out leads to the same place.
    func absolute(_ path: String) -> String {
        let full = Self.join(workingDirectory, path)
        var parts: [Substring] = []
        for part in full.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        let short = "/" + parts.joined(separator: "/")
        return exists(full) && identity(full) != identity(short) ? full : short
    }

    /// A name that all paths of the same file share.
    func identity(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The folder of a file's path; empty for a bare name.
    static func folder(of file: String) -> String {
        guard let slash = file.lastIndex(of: "/") else { return "" }
        return slash == file.startIndex ? "/" : String(file[..<slash])
    }

    /// `path` inside `folder`, unless it is absolute or starts at home.
    static func join(_ folder: String, _ path: String) -> String {
        if path.hasPrefix("/") { return path }
        if path == "~" || path.hasPrefix("~/"), let home = ProcessInfo.processInfo.environment["HOME"] {
            return home + path.dropFirst()
        }
        return folder.isEmpty ? path : folder.hasSuffix("/") ? folder + path : folder + "/" + path
    }
}
