import Diagnostics
import Documents

/// What a model file remembers of the training that made it; it travels with the weights from format to format.
public struct TrainingRecord: Equatable, Sendable {
    /// Options by the field's names.
    public var arguments: Node?
    /// Metrics of the model by the field's names.
    public var metrics: Node?
    /// Columns of `results.csv`.
    public var results: Node?
    /// When the weights were made, ISO 8601.
    public var date: String?
    /// The licence of the weights.
    public var license: String?
    /// Digest of the recipe.
    public var recipeDigest: String?

    /// Nothing is known.
    public init() {}

    /// The texts of a safetensors file.
    var metadata: [String: String] {
        var texts: [String: String] = [:]
        texts["train_args"] = arguments?.json
        texts["train_metrics"] = metrics?.json
        texts["train_results"] = results?.json
        texts["date"] = date
        texts["license"] = license
        texts["recipe_digest"] = recipeDigest
        return texts
    }

    /// What `metadata` wrote.
    init(metadata: [String: String], path: String) throws {
        arguments = try ModelFile.json("train_args", in: metadata, path: path)
        metrics = try ModelFile.json("train_metrics", in: metadata, path: path)
        results = try ModelFile.json("train_results", in: metadata, path: path)
        date = metadata["date"]
        license = metadata["license"]
        recipeDigest = metadata["recipe_digest"]
    }
}
