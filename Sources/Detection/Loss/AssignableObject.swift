import Configuration
import Datasets
import Models

/// A labelled object in pixels, with the anchors that may predict it.
struct AssignableObject {
    /// Consecutive anchors of one row of one level.
    typealias Run = Range<Int>

    let category: Int
    let box: SIMD4<Float>
    let width: Float
    let height: Float
    /// Arctangent of width over height.
    let angle: Float
    /// Anchors whose points lie inside; none when the box is not valid.
    let runs: [Run]

    init(_ object: BoxLabels.Object, grid: AnchorGrid, compatibility: Compatibility) {
        let size = grid.imageSize
        category = max(object.category, 0)
        box = pixelBox(object.box, imageSize: size)
        width = box.z - box.x
        height = box.w - box.y + CompleteIoU.epsilon
        angle = arctangent(width / height)
        let isValid = box.x + box.y + box.z + box.w > 0
        let area = compatibility == .v83 ? box : AssignableObject.enlarged(box, grid: grid)
        runs = isValid ? AssignableObject.runs(inside: area, grid: grid) : []
    }

    /// The box with sides below the second stride brought to that length, so that tiny objects get candidates.
    private static func enlarged(_ box: SIMD4<Float>, grid: AnchorGrid) -> SIMD4<Float> {
        let least = Float(grid.levels[min(1, grid.levels.count - 1)].stride)
        let x = (box.x + box.z) / 2
        let y = (box.y + box.w) / 2
        let width = box.z - box.x
        let height = box.w - box.y
        let halfWidth = (width < least ? least : width) / 2
        let halfHeight = (height < least ? least : height) / 2
        return SIMD4(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight)
    }

    private static func runs(inside box: SIMD4<Float>, grid: AnchorGrid) -> [Run] {
        var runs: [Run] = []
        var start = 0
        for level in grid.levels {
            let columns = cells(level.width, stride: level.stride, from: box.x, to: box.z)
            let rows = cells(level.height, stride: level.stride, from: box.y, to: box.w)
            if !columns.isEmpty {
                for row in rows {
                    let first = start + row * level.width
                    runs.append(first + columns.lowerBound..<first + columns.upperBound)
                }
            }
            start += level.height * level.width
        }
        return runs
    }

    /// Cells of a line whose middles lie strictly between two places.
    private static func cells(_ count: Int, stride: Int, from low: Float, to high: Float) -> Range<Int> {
        let least: Float = 1e-9
        let inside = (0..<count).filter { cell in
            let middle = (Float(cell) + 0.5) * Float(stride)
            return middle - low > least && high - middle > least
        }
        guard let first = inside.first, let last = inside.last else { return 0..<0 }
        return first..<last + 1
    }

    func contains(_ anchor: Int) -> Bool { runs.contains { $0.contains(anchor) } }
}

/// Corners in pixels (x1, y1, x2, y2) of a labelled box (centre and size in fractions).
public func pixelBox(_ box: SIMD4<Float>, imageSize: (height: Int, width: Int)) -> SIMD4<Float> {
    let width = Float(imageSize.width)
    let height = Float(imageSize.height)
    let centre = SIMD2(box.x * width, box.y * height)
    let half = SIMD2(box.z * width, box.w * height) / 2
    return SIMD4(centre.x - half.x, centre.y - half.y, centre.x + half.x, centre.y + half.y)
}
