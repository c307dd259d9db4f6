/// Numbers of any type on their way through a graph; whole ones are exact up to 2^24.
public struct ONNXValue: Sendable {
    /// Outermost first.
    public var shape: [Int]
    /// Row-major.
    public var values: [Float]
    /// Whether the graph computes it in 16 bits: then every result is rounded to them.
    var isHalf = false

    /// Numbers of a shape.
    public init(shape: [Int], values: [Float], isHalf: Bool = false) {
        self.shape = shape
        self.isHalf = isHalf
        self.values = isHalf ? values.map { Float(Float16($0)) } : values
    }

    var integers: [Int] { values.map { Int($0) } }

    /// Numbers in one step of each dimension.
    var strides: [Int] { shape.indices.map { shape[($0 + 1)...].reduce(1, *) } }

    /// Extents around an axis: how many rows before it, places on it, numbers of a place.
    func around(_ axis: Int) -> (outer: Int, count: Int, inner: Int) {
        (shape[..<axis].reduce(1, *), shape[axis], shape[(axis + 1)...].reduce(1, *))
    }

    /// The value stretched to a shape that has as many dimensions or more.
    func broadcast(to target: [Int]) -> ONNXValue {
        if shape == target { return self }
        let missing = target.count - shape.count
        let own = strides
        let steps = target.indices.map { $0 < missing || shape[$0 - missing] == 1 ? 0 : own[$0 - missing] }
        return ONNXValue(shape: target, values: gathered(target, steps), isHalf: isHalf)
    }

    /// The numbers at the places that an index of `target` has when each dimension advances by its step.
    func gathered(_ target: [Int], _ steps: [Int], from start: Int = 0) -> [Float] {
        let count = target.reduce(1, *)
        var index = [Int](repeating: 0, count: target.count)
        var position = start
        return [Float](unsafeUninitializedCapacity: count) { result, filled in
            for element in 0..<count {
                result[element] = values[position]
                for axis in target.indices.reversed() {
                    index[axis] += 1
                    position += steps[axis]
                    if index[axis] < target[axis] { break }
                    position -= index[axis] * steps[axis]
                    index[axis] = 0
                }
            }
            filled = count
        }
    }
}
