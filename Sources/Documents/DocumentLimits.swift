/// How much of a document is read before it is refused: far above what a recipe or a data set file needs, far below what
/// would hurt.
public enum DocumentLimits {
    /// Bytes of a file.
    public static let bytes = 1 << 20
    /// Lists and maps inside each other, aliases expanded.
    public static let depth = 64
    /// Values, keys included, aliases expanded.
    public static let nodes = 100_000
    /// Uses of an anchor.
    public static let aliases = 256
}
