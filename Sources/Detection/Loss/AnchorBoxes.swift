import Models
import Tensors

/// The boxes that anchors of one image predict, in pixels, eight anchors to a vector.
struct AnchorBoxes {
    /// Rows of `values`.
    private enum Row: Int, CaseIterable { case x1, y1, x2, y2, width, height, angle }

    private let stride: Int
    /// Eight more than there are anchors in each row, so that any anchor can start a vector.
    private let values: Tensor

    /// Decodes the anchors that `wanted` names; others are 0.
    init(_ predictions: Predictions, image: Int, wanted: [Bool]) {
        stride = wanted.count + 8
        values = Tensor(Shape(1, 1, Row.allCases.count, stride), repeating: 0)
        let boxes = predictions.boxes.images(image..<image + 1)
        let grid = predictions.grid
        let out = values.pointer
        grid.points.withUnsafeBufferPointer { points in
            for anchor in wanted.indices where wanted[anchor] {
                let distances = SideDistances.means(boxes.pointer + anchor * boxes.pixelStride)
                let pixels = box(around: points[anchor], distances: distances) * grid.strides[anchor]
                let width = pixels.z - pixels.x
                let height = pixels.w - pixels.y + CompleteIoU.epsilon
                out[anchor] = pixels.x
                out[stride + anchor] = pixels.y
                out[2 * stride + anchor] = pixels.z
                out[3 * stride + anchor] = pixels.w
                out[4 * stride + anchor] = width
                out[5 * stride + anchor] = height
                out[6 * stride + anchor] = arctangent(width / height)
            }
        }
    }

    @inline(__always)
    private func load(_ row: Row, _ anchor: Int) -> SIMD8<Float> {
        load8(values.pointer + row.rawValue * stride + anchor)
    }

    /// `CompleteIoU` of an object's box with the predictions of eight anchors from `anchor` on; 0 where it is not
    /// positive, or not a number.
    @inline(__always)
    func overlaps(with object: AssignableObject, from anchor: Int) -> SIMD8<Float> {
        let e = CompleteIoU.epsilon
        let (x1, y1, x2, y2) = (load(.x1, anchor), load(.y1, anchor), load(.x2, anchor), load(.y2, anchor))
        let b = object.box
        let across = larger(smaller(x2, b.z) - larger(x1, b.x), 0)
        let down = larger(smaller(y2, b.w) - larger(y1, b.y), 0)
        let intersection = across * down
        let area = load(.width, anchor) * load(.height, anchor)
        let iou = intersection / (object.width * object.height + area - intersection + e)
        let width = larger(x2, b.z) - smaller(x1, b.x)
        let height = larger(y2, b.w) - smaller(y1, b.y)
        let diagonal = width * width + height * height + e
        let dx = x1 + x2 - b.x - b.z
        let dy = y1 + y2 - b.y - b.w
        let squared = (dx * dx + dy * dy) / 4
        let angle = load(.angle, anchor) - object.angle
        let mismatch = CompleteIoU.shapeFactor * angle * angle
        let weight = mismatch / (1 - iou + mismatch + e)
        let value = iou - (squared / diagonal + mismatch * weight)
        return SIMD8<Float>().replacing(with: value, where: value .> 0)
    }
}

@inline(__always)
private func smaller(_ a: SIMD8<Float>, _ b: Float) -> SIMD8<Float> { a.replacing(with: b, where: a .> b) }

@inline(__always)
private func larger(_ a: SIMD8<Float>, _ b: Float) -> SIMD8<Float> { a.replacing(with: b, where: a .< b) }
