/// The weights of a tensor of a model, row-major.
public struct Weight: Equatable, Sendable {
    /// Sizes of the dimensions, outermost first; empty for a single number.
    public var shape: [Int]
    /// As many values as the shape has places.
    public var values: [Float]
    /// The exact values of a tensor of whole numbers; nil for others.
    public var integers: [Int]?
    /// The type in the file, as safetensors call it.
    public var type: String

    /// A tensor made in memory.
    public init(shape: [Int], values: [Float]) {
        self.shape = shape
        self.values = values
        type = "F32"
    }

    /// A tensor of a file; nil when it holds no numbers.
    init?(_ entry: SafeTensors.Entry) {
        guard let values = entry.floats() else { return nil }
        shape = entry.shape
        self.values = values
        integers = entry.ints()
        type = entry.type
    }
}
