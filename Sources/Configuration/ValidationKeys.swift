/// The keys that `val` has beside those of a recipe, and how they are read.
public enum ValidationKeys {
    /// Every key, in the order of the help text.
    public static let all: [SettingKey<ValidationSettings>] = [
        SettingKey("split", \.split, .choice, "images to measure on: val, test or train"),
        SettingKey("classes", \.classes, .names, "classes of the data set whose labels count, by index or name"),
        SettingKey("save_json", \.saveJson, .flag, "write all boxes as predictions.json, for evaluators of COCO"),
    ]

    /// Reads the words.
    public static let words = SettingWords(all, of: "swift-distill val")

    /// What tells the command's arguments apart.
    public static var names: KeyNames { RecipeKeys.names.union(words.names) }
}
