/// What a checkpoint says about its run besides the state: everything that stays the same from start to end.
public struct RunFacts: Equatable, Sendable {
    /// The program that wrote the checkpoint.
    public var programVersion: String
    /// The resolved recipe as YAML.
    public var recipe: String
    /// Table, class names and strides of the student, as `ModelFile.metadata` writes them.
    public var model: [String: String]
    /// Digest of the teacher's weights, its classes in the data set's order; empty without a teacher.
    public var teacherDigest: String
    /// Digest of the names, sizes and labels of all training and validation images.
    public var dataDigest: String
    /// Equal parts of every global batch, fixed at the first start.
    public var shards: Int
    /// Which algorithm computes which convolution, as text of whoever decided it; empty in checkpoints that do not say.
    public var convolutions: String

    /// The facts of a run that starts.
    public init(
        programVersion: String, recipe: String, model: [String: String], teacherDigest: String, dataDigest: String,
        shards: Int, convolutions: String = ""
    ) {
        self.programVersion = programVersion
        self.recipe = recipe
        self.model = model
        self.teacherDigest = teacherDigest
        self.dataDigest = dataDigest
        self.shards = shards
        self.convolutions = convolutions
    }

    /// What differs from the run that goes on with `other`, one line each.
    public func differences(to other: RunFacts) -> [String] {
        func line(_ what: String, _ before: String, _ now: String) -> String? {
            func shown(_ text: String) -> String { text.isEmpty ? "none" : text }
            return before == now ? nil : "\(what) changed: \(shown(before)) then, \(shown(now)) now"
        }
        return [
            line("program version", programVersion, other.programVersion),
            line("teacher (digest)", teacherDigest, other.teacherDigest),
            line("data (digest)", dataDigest, other.dataDigest),
            line("class names", model["names"] ?? "", other.model["names"] ?? ""),
            line("shards", String(shards), String(other.shards)),
        ].compactMap { $0 }
    }
}
