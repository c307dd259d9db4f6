import Configuration
import Foundation
import Tensors

/// A 3 × 3 matrix in rows, acting on column vectors (x, y, 1).
struct Matrix3: Equatable {
    var rows: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)

    init(_ a: SIMD3<Double>, _ b: SIMD3<Double>, _ c: SIMD3<Double>) { rows = (a, b, c) }

    static let identity = Matrix3(SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1))

    static func == (a: Matrix3, b: Matrix3) -> Bool { a.rows == b.rows }

    static func * (a: Matrix3, b: Matrix3) -> Matrix3 {
        func row(_ r: SIMD3<Double>) -> SIMD3<Double> { r.x * b.rows.0 + r.y * b.rows.1 + r.z * b.rows.2 }
        return Matrix3(row(a.rows.0), row(a.rows.1), row(a.rows.2))
    }

    /// The inverse; nil when there is none.
    var inverse: Matrix3? {
        func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
            SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
        }
        let (a, b, c) = rows
        let x = cross(b, c), y = cross(c, a), z = cross(a, b)
        let determinant = (a * x).sum()
        guard determinant != 0, determinant.isFinite else { return nil }
        return Matrix3(
            SIMD3(x.x, y.x, z.x) / determinant, SIMD3(x.y, y.y, z.y) / determinant, SIMD3(x.z, y.z, z.z) / determinant)
    }

    /// Where a point goes.
    func map(_ x: Double, _ y: Double) -> SIMD2<Double> {
        let point = SIMD3(x, y, 1)
        return SIMD2((rows.0 * point).sum(), (rows.1 * point).sum()) / (rows.2 * point).sum()
    }
}

/// Rotation, scale, shear, shift and perspective of a sample, drawn at random.
///
/// Source: spec of the data sets, section 7.
struct RandomAffine {
    /// Source to target, in pixels.
    var matrix: Matrix3
    /// Scale of the rotation part.
    var scale: Double
    var height: Int
    var width: Int

    /// Draws a transform of a picture to the given extent.
    init(of picture: Picture, height: Int, width: Int, recipe: Recipe, stream: inout RandomStream) {
        func around(_ centre: Double, _ reach: Double) -> Double {
            stream.uniform(centre - reach, centre + reach)
        }
        self.height = height
        self.width = width
        let centre = Matrix3(
            SIMD3(1, 0, -Double(picture.width) / 2), SIMD3(0, 1, -Double(picture.height) / 2), SIMD3(0, 0, 1))
        let perspective = Matrix3(
            SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(around(0, recipe.perspective), around(0, recipe.perspective), 1))
        let angle = around(0, recipe.degrees) * .pi / 180
        scale = around(1, recipe.scale)
        let rotation = Matrix3(
            SIMD3(scale * cos(angle), scale * sin(angle), 0), SIMD3(-scale * sin(angle), scale * cos(angle), 0),
            SIMD3(0, 0, 1))
        let shearX = tan(around(0, recipe.shear) * .pi / 180), shearY = tan(around(0, recipe.shear) * .pi / 180)
        let shear = Matrix3(SIMD3(1, shearX, 0), SIMD3(shearY, 1, 0), SIMD3(0, 0, 1))
        let shiftX = around(0.5, recipe.translate) * Double(width)
        let shiftY = around(0.5, recipe.translate) * Double(height)
        let shift = Matrix3(SIMD3(1, 0, shiftX), SIMD3(0, 1, shiftY), SIMD3(0, 0, 1))
        matrix = shift * shear * rotation * perspective * centre
    }

    /// The transformed sample. Objects that left the picture or became slivers go.
    func apply(to sample: Sample) -> Sample {
        var result = sample
        result.picture = warped(sample.picture, by: matrix, height: height, width: width)
        let areaThreshold: Float = sample.hasPolygons ? 0.01 : 0.1
        result.objects = sample.objects.compactMap { object in
            let box = moved(object.box)
            guard isWorthKeeping(box, before: object.box, areaThreshold: areaThreshold) else { return nil }
            return Sample.Object(category: object.category, box: box)
        }
        return result
    }

    /// The box around the four moved corners, within the picture.
    private func moved(_ box: SIMD4<Float>) -> SIMD4<Float> {
        let points = [(box.x, box.y), (box.z, box.w), (box.x, box.w), (box.z, box.y)].map { x, y in
            SIMD2<Float>(matrix.map(Double(x), Double(y)))
        }
        let low = points.dropFirst().reduce(points[0], pointwiseMin)
        let high = points.dropFirst().reduce(points[0], pointwiseMax)
        let limit = SIMD4(Float(width), Float(height), Float(width), Float(height))
        return SIMD4(lowHalf: low, highHalf: high).clamped(lowerBound: SIMD4(), upperBound: limit)
    }

    private func isWorthKeeping(_ box: SIMD4<Float>, before: SIMD4<Float>, areaThreshold: Float) -> Bool {
        let size = box.highHalf - box.lowHalf, old = (before.highHalf - before.lowHalf) * Float(scale)
        let area = size.x * size.y / (old.x * old.y + 1e-16)
        let aspect = max(size.x / (size.y + 1e-16), size.y / (size.x + 1e-16))
        return size.x > 2 && size.y > 2 && area > areaThreshold && aspect < 100
    }
}
