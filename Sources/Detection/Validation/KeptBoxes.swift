import Tensors

/// The boxes that a suppression has kept so far, eight to a vector.
struct KeptBoxes {
    /// Rows x1, y1, x2, y2 and area; what is not filled yet is 0 and covers nothing.
    private let values: Tensor
    private let stride: Int
    private var count = 0

    init(capacity: Int) {
        stride = capacity + 8
        values = Tensor(Shape(1, 1, 5, stride), repeating: 0)
    }

    mutating func append(_ box: SIMD4<Float>) {
        for row in 0..<4 { values.pointer[row * stride + count] = box[row] }
        values.pointer[4 * stride + count] = (box.z - box.x) * (box.w - box.y)
        count += 1
    }

    /// Whether a kept box overlaps this one by more than `limit`.
    func covers(_ box: SIMD4<Float>, by limit: Float) -> Bool {
        let area = (box.z - box.x) * (box.w - box.y)
        var start = 0
        while start < count {
            let row = values.pointer + start
            let (x1, y1) = (load8(row), load8(row + stride))
            let (x2, y2) = (load8(row + 2 * stride), load8(row + 3 * stride))
            let right = x2.replacing(with: box.z, where: x2 .> box.z)
            let left = x1.replacing(with: box.x, where: x1 .< box.x)
            let bottom = y2.replacing(with: box.w, where: y2 .> box.w)
            let top = y1.replacing(with: box.y, where: y1 .< box.y)
            let width = (right - left).replacing(with: 0, where: right .< left)
            let height = (bottom - top).replacing(with: 0, where: bottom .< top)
            let intersection = width * height
            let union = load8(row + 4 * stride) + area - intersection
            if any(intersection / union .> limit) { return true }
            start += 8
        }
        return false
    }
}
