extension Canvas {
    /// Paints a polygon (even-odd) with soft edges: four sub-rows per pixel, exact coverage along each.
    @inline(__always) func polygon(_ points: [Point], _ paint: (_ x: Float, _ y: Float) -> Color) {
        guard points.count > 2 else { return }
        var low = points[0]
        var high = points[0]
        for point in points {
            low = pointwiseMin(low, point)
            high = pointwiseMax(high, point)
        }
        guard let area = touch(low.x, low.y, high.x, high.y) else { return }
        var crossings: [Float] = []
        for y in area.top..<area.bottom {
            for part in 0..<4 {
                let row = Float(y) + (Float(part) + 0.5) * 0.25
                cross(points, at: row, into: &crossings)
                var index = 0
                while index + 1 < crossings.count {
                    span(from: crossings[index], to: crossings[index + 1], in: area)
                    index += 2
                }
            }
            for x in area.left..<area.right where scratch[x] > 0 {
                blend(x, y, paint(Float(x) + 0.5, Float(y) + 0.5), scratch[x])
                scratch[x] = 0
            }
        }
    }

    /// Paints a polygon in one colour.
    func polygon(_ points: [Point], _ color: Color) { polygon(points) { _, _ in color } }

    private func cross(_ points: [Point], at row: Float, into crossings: inout [Float]) {
        crossings.removeAll(keepingCapacity: true)
        var last = points[points.count - 1]
        for point in points {
            if (point.y <= row) != (last.y <= row) {
                crossings.append(last.x + (row - last.y) / (point.y - last.y) * (point.x - last.x))
            }
            last = point
        }
        crossings.sort()
    }

    private func span(from start: Float, to end: Float, in area: Bounds) {
        let left = max(start, Float(area.left))
        let right = min(end, Float(area.right))
        guard right > left else { return }
        let first = Int(left)
        let last = min(Int(right), area.right - 1)
        if first == last {
            scratch[first] += (right - left) * 0.25
            return
        }
        scratch[first] += (Float(first + 1) - left) * 0.25
        if last > first + 1 { for x in first + 1..<last { scratch[x] += 0.25 } }
        scratch[last] += (right - Float(last)) * 0.25
    }

    /// Paints an ellipse; `soft` is the width of its edge in pixels.
    @inline(__always)
    func ellipse(
        _ centre: Point, _ radii: Point, soft: Float = 1, _ paint: (_ x: Float, _ y: Float) -> Color
    ) {
        let reach = radii + Point(repeating: soft)
        let small = max(min(radii.x, radii.y), 0.25)
        shade(centre.x - reach.x, centre.y - reach.y, centre.x + reach.x, centre.y + reach.y) { x, y in
            let dx = (x - centre.x) / max(radii.x, 0.25)
            let dy = (y - centre.y) / max(radii.y, 0.25)
            let inside = (1 - (dx * dx + dy * dy).squareRoot()) * small / soft + 0.5
            if inside <= 0 { return Color(repeating: 0) }
            let color = paint(x, y)
            return color.faded(color.w * min(inside, 1))
        }
    }

    /// Paints an ellipse in one colour.
    func ellipse(_ centre: Point, _ radii: Point, soft: Float = 1, _ color: Color) {
        ellipse(centre, radii, soft: soft) { _, _ in color }
    }

    /// Paints a round line whose radius goes from `start` to `end`.
    @inline(__always)
    func limb(
        _ a: Point, _ b: Point, _ start: Float, _ end: Float, _ paint: (_ x: Float, _ y: Float) -> Color
    ) {
        let reach = max(start, end) + 1
        let along = b - a
        let length = max((along * along).sum(), 1e-6)
        shade(
            min(a.x, b.x) - reach, min(a.y, b.y) - reach, max(a.x, b.x) + reach, max(a.y, b.y) + reach
        ) { x, y in
            let offset = Point(x, y) - a
            let t = min(max((offset * along).sum() / length, 0), 1)
            let away = offset - along * t
            let radius = mix(start, end, t)
            // A line thinner than a pixel is drawn a pixel wide and fainter.
            let inside = max(radius, 0.5) - (away * away).sum().squareRoot() + 0.5
            if inside <= 0 { return Color(repeating: 0) }
            let color = paint(x, y)
            return color.faded(color.w * min(inside, 1) * min(radius * 2, 1))
        }
    }

    /// Paints a round line in one colour.
    func limb(_ a: Point, _ b: Point, _ start: Float, _ end: Float, _ color: Color) {
        limb(a, b, start, end) { _, _ in color }
    }

    /// Paints an upright rectangle.
    func box(_ left: Float, _ top: Float, _ right: Float, _ bottom: Float, _ color: Color) {
        polygon([Point(left, top), Point(right, top), Point(right, bottom), Point(left, bottom)], color)
    }
}
