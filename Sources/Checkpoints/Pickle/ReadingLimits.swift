/// How much a `.pt` file may ask for before it is refused.
struct ReadingLimits: Sendable {
    /// Entries of the archive.
    var archiveEntries = 10_000
    /// Bytes of the pickle.
    var pickleBytes = 64 << 20
    /// Operations of the pickle.
    var operations = 10_000_000
    /// Values on the pickle machine's stack, and objects it remembers.
    var stackValues = 1_000_000
    var memoValues = 1_000_000
    /// Open marks, and levels of nesting of what is read from the pickle.
    var depth = 1000
    /// Bytes of one text.
    var textBytes = 16 << 20
    /// Tensors of one model.
    var tensors = 100_000
    /// Bytes that the values of the pickle may take in memory, whatever it takes to describe them: above what the largest
    /// checkpoints need, whose numbers lie elsewhere.
    var valueBytes = 64 << 20
    /// Attributes of all modules of a model.
    var attributes = 500_000
    /// Class names of a model.
    var classes = 100_000
    /// Values of a layer table, or of the options of a training.
    var tableValues = 100_000
    /// Bytes of all tensors made from a file of this size: each may be shared, stretched or packed.
    func tensorBytes(fileSize: Int) -> Int { 4 * min(fileSize, Int.max / 8) + 16 << 20 }
}
