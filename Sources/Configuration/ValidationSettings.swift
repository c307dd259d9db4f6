/// What `val` does beyond a recipe; names and defaults are the reference's.
public struct ValidationSettings: Settings, Equatable {
    /// Images to measure on.
    public var split = SplitName.val
    /// Classes of the data set whose labels count, by index or name; empty takes all.
    public var classes: [String] = []
    /// Whether boxes are written as `predictions.json`.
    public var saveJson = false

    /// The defaults.
    public init() {}
}

/// A split of a data set, as the field names them.
public enum SplitName: String, Sendable, CaseIterable {
    case val, test, train

    /// What it is called in data set files and folders, the usual name first.
    public var names: [String] { self == .val ? ["val", "validation", "valid"] : [rawValue] }
}
