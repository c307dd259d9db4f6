import Diagnostics
import Foundation

extension RecipeReading {
    /// Refuses a recipe that names files which are not there, at the places that name them.
    ///
    /// - Parameter keys: those whose files the command reads.
    /// - Throws: `Problem` of exit code `missingInput`.
    public func checkInputs(_ keys: String...) throws {
        for name in keys {
            guard let key = RecipeKeys.key(name), let origin = origins[key.name] else { continue }
            // Complete paths are absolute; what is not is the name of a model.
            guard let path = key.value(in: recipe).text, path.hasPrefix("/"),
                !FileManager.default.fileExists(atPath: path)
            else { continue }
            if name == "distillation_dataset", !recipe.data.isEmpty { continue }
            // What a newcomer meets first who skips the quickstart.
            let drawing = name == "distillation_dataset" ? ", or draw scenes there: swift-distill synth \(path)" : ""
            throw Problem(
                "`\(name)` names \(path), which does not exist", file: origin.file, line: origin.line,
                column: origin.column,
                remedy: "Correct the path (a relative one starts at the folder of its file)" + drawing,
                exit: .missingInput)
        }
    }
}
