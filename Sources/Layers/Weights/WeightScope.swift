/// A place in a model's tree of names, where blocks register their weights while the model is built.
///
/// `scope / "cv1" / 0` is `….cv1.0`: our names are those of the field's files.
public struct WeightScope {
    private let weights: Weights
    private let path: String

    init(weights: Weights, path: String) {
        self.weights = weights
        self.path = path
    }

    /// The child of a name.
    public static func / (scope: WeightScope, name: String) -> WeightScope {
        WeightScope(weights: scope.weights, path: scope.path.isEmpty ? name : scope.path + "." + name)
    }

    /// The child of a number.
    public static func / (scope: WeightScope, index: Int) -> WeightScope { scope / String(index) }

    /// Registers a parameter of this place; `shape` as in files.
    public func parameter(
        _ name: String, _ shape: [Int], _ kind: Parameter.Kind, _ initializer: Weights.Initializer
    ) -> Parameter {
        weights.add(parameter: (self / name).path, shape, kind, initializer)
    }

    /// Registers a running statistic, in which a step's has the share `momentum`.
    public func statistic(_ name: String, count: Int, initial: Float, momentum: Float) -> Statistic {
        weights.add(statistic: (self / name).path, count: count, initial: initial, momentum: momentum)
    }

    /// Registers a count of training steps.
    public func counter(_ name: String) {
        let path = (self / name).path
        weights.add(.init(name: path, shape: [], content: .counter, initializer: .constant(0)))
    }

    /// Registers numbers that never change.
    public func constant(_ name: String, _ shape: [Int], _ numbers: [Float]) {
        let path = (self / name).path
        weights.add(.init(name: path, shape: shape, content: .constant(numbers), initializer: .constant(0)))
    }
}
