import Diagnostics
import Foundation

extension Recipe {
    /// Keys that every rank may have its own values of, and those that rank 0 alone obeys.
    private static let mayDiffer: Set<String> = [
        "threads", "workers", "cache", "data", "distillation_dataset", "project", "name", "exist_ok", "registry",
        "log_every", "checkpoint_activations",
    ]

    /// Where this recipe would make another run than the one of rank 0: `epochs is 3 and not 4`, in the order of the keys.
    ///
    /// Folders do not count: hosts may keep the same file in different places.
    public func differences(from first: Recipe) -> [String] {
        RecipeKeys.all.filter { !Recipe.mayDiffer.contains($0.name) }.compactMap { key in
            func text(_ recipe: Recipe) -> String {
                let text = key.text(in: recipe)
                return key.path != nil || key.name == "resume" ? (text as NSString).lastPathComponent : text
            }
            return text(self) == text(first) ? nil : "\(key.name) is \(text(self)) and not \(text(first))"
        }
    }
}
