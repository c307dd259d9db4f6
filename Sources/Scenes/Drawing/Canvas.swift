/// A picture under way, and how much of each thing that was drawn is covered by what came later.
///
/// Things are painted from far to near. Everything between `begin` and the next `begin` is one layer, whose coverage
/// is kept; `Visibility` walks the layers from near to far afterwards.
final class Canvas {
    let width: Int
    let height: Int
    let pixels: UnsafeMutablePointer<Color>
    /// Sub-row coverage for polygons.
    let scratch: UnsafeMutablePointer<Float>
    private let mask: UnsafeMutablePointer<Float>
    private(set) var layers: [Layer] = []
    private var category: Int?
    private var bounds: Bounds?
    private var change: Float = 0
    private var weight: Float = 0

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        pixels = .allocate(capacity: width * height)
        pixels.initialize(repeating: rgb(0, 0, 0), count: width * height)
        mask = .allocate(capacity: width * height)
        mask.initialize(repeating: 0, count: width * height)
        scratch = .allocate(capacity: width + 2)
        scratch.initialize(repeating: 0, count: width + 2)
    }

    deinit {
        pixels.deallocate()
        mask.deallocate()
        scratch.deallocate()
    }

    /// Starts the layer of an object, or of things that are not labelled.
    func begin(_ next: Int?) {
        if next == nil, category == nil { return }
        finish()
        category = next
    }

    /// Ends the current layer.
    func finish() {
        defer {
            category = nil
            bounds = nil
            change = 0
            weight = 0
        }
        guard let bounds else { return }
        var coverage = [Float](repeating: 0, count: bounds.width * bounds.height)
        for row in 0..<bounds.height {
            let source = mask + (bounds.top + row) * width + bounds.left
            for column in 0..<bounds.width {
                coverage[row * bounds.width + column] = source[column]
                source[column] = 0
            }
        }
        layers.append(
            Layer(category: category, bounds: bounds, coverage: coverage, contrast: change / max(weight, 1e-6)))
    }

    /// The part of a rectangle that lies on the canvas, noted as touched; nil when nothing does.
    func touch(_ left: Float, _ top: Float, _ right: Float, _ bottom: Float) -> Bounds? {
        guard left < Float(width), top < Float(height), right > 0, bottom > 0 else { return nil }
        let area = Bounds(
            left: Int(max(left.rounded(.down), 0)), top: Int(max(top.rounded(.down), 0)),
            right: Int(min(right.rounded(.up), Float(width))), bottom: Int(min(bottom.rounded(.up), Float(height))))
        guard area.width > 0, area.height > 0 else { return nil }
        bounds = bounds?.union(area) ?? area
        return area
    }

    /// Lays a colour over a pixel; `coverage` multiplies its opacity. The pixel must lie in a touched area.
    @inline(__always) func blend(_ x: Int, _ y: Int, _ color: Color, _ coverage: Float = 1) {
        let index = y * width + x
        let alpha = min(max(color.w * coverage, 0), 1)
        let old = pixels[index]
        let delta = color - old
        pixels[index] = old + delta * alpha
        let fresh = (1 - mask[index]) * alpha
        mask[index] += fresh
        if category != nil {
            // The same difference shows more in the dark.
            change += fresh * max(abs(delta.x), abs(delta.y), abs(delta.z)) / (0.35 + max(old.y, color.y, 0))
            weight += fresh
        }
    }

    /// Adds light to a pixel; light covers nothing.
    @inline(__always) func glow(_ x: Int, _ y: Int, _ light: Color) { pixels[y * width + x] += light }

    /// Paints a rectangle with a colour per pixel.
    @inline(__always)
    func shade(
        _ left: Float, _ top: Float, _ right: Float, _ bottom: Float, _ paint: (_ x: Float, _ y: Float) -> Color
    ) {
        guard let area = touch(left, top, right, bottom) else { return }
        for y in area.top..<area.bottom {
            for x in area.left..<area.right {
                let color = paint(Float(x) + 0.5, Float(y) + 0.5)
                if color.w > 0.004 { blend(x, y, color) }
            }
        }
    }

    /// Adds round light that fades with the distance from its centre.
    func halo(at centre: Point, radius: Float, light: Color, squash: Float = 1) {
        let high = radius * squash
        let left = max(Int(centre.x - radius), 0)
        let right = min(Int(centre.x + radius) + 1, width)
        let top = max(Int(centre.y - high), 0)
        let bottom = min(Int(centre.y + high) + 1, height)
        guard left < right, top < bottom else { return }
        for y in top..<bottom {
            let dy = (Float(y) + 0.5 - centre.y) / high
            for x in left..<right {
                let dx = (Float(x) + 0.5 - centre.x) / radius
                let near = 1 - dx * dx - dy * dy
                if near > 0 { glow(x, y, light * (near * near * near)) }
            }
        }
    }
}

/// A rectangle of whole pixels; `right` and `bottom` are outside.
struct Bounds: Equatable {
    var left: Int
    var top: Int
    var right: Int
    var bottom: Int

    var width: Int { right - left }
    var height: Int { bottom - top }

    func union(_ other: Bounds) -> Bounds {
        Bounds(
            left: min(left, other.left), top: min(top, other.top), right: max(right, other.right),
            bottom: max(bottom, other.bottom))
    }
}

/// What one object, or everything drawn between two objects, covers.
struct Layer {
    let category: Int?
    let bounds: Bounds
    /// Row-major over `bounds`, in [0, 1].
    let coverage: [Float]
    /// Mean difference between the thing and what was behind it, relative to their brightness.
    let contrast: Float
}
