import Graphics

/// Looks that all charts share.
enum Look {
    static let ink = Color.gray(0.15)
    static let faint = Color.gray(0.90)
    static let axis = Color.gray(0.65)
}

/// The axes of a chart: where numbers lie on the canvas.
public struct Frame: Sendable {
    /// The part of the canvas that data are drawn in.
    public let area: Box
    /// Numbers from left to right.
    public let x: ClosedRange<Double>
    /// Numbers from below to above.
    public let y: ClosedRange<Double>

    /// - Parameters:
    ///   - x: an empty range becomes one around its number.
    public init(area: Box, x: ClosedRange<Double>, y: ClosedRange<Double>) {
        self.area = area
        self.x = Frame.opened(x)
        self.y = Frame.opened(y)
    }

    private static func opened(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
        if range.upperBound > range.lowerBound { return range }
        let margin = max(abs(range.lowerBound) * 0.5, 0.5)
        return (range.lowerBound - margin)...(range.upperBound + margin)
    }

    /// The range of some numbers with a little room at both ends; those that are not finite do not count.
    public static func range(of values: [Double], margin: Double = 0.05) -> ClosedRange<Double> {
        let known = values.filter(\.isFinite)
        guard let low = known.min(), let high = known.max() else { return 0...1 }
        let room = (high - low) * margin
        return (low - room)...(high + room)
    }

    /// Where a pair of numbers lies.
    public func place(_ xValue: Double, _ yValue: Double) -> Point {
        Point(
            area.x + (xValue - x.lowerBound) / (x.upperBound - x.lowerBound) * area.width,
            area.bottom - (yValue - y.lowerBound) / (y.upperBound - y.lowerBound) * area.height)
    }

    /// Draws grid, axes and their numbers.
    ///
    /// - Parameter whole: whether only whole numbers along x make sense.
    public func draw(
        on canvas: Canvas, textSize: Double, xTicks: Int = 6, yTicks: Int = 6, whole: Bool = false
    ) {
        var places = Ticks.round(x, about: xTicks)
        if whole { places = places.filter { $0 == $0.rounded() } }
        let step = places.count > 1 ? places[1] - places[0] : 1
        for value in places {
            let point = place(value, y.lowerBound)
            canvas.line([Point(point.x, area.y), point], Look.faint, width: 1)
            let text = Text(Ticks.label(value, step: step), size: textSize, on: canvas)
            canvas.draw(text, at: Point(point.x, area.bottom + textSize * 0.4), Look.ink, x: .middle)
        }
        let rows = Ticks.round(y, about: yTicks)
        let rowStep = rows.count > 1 ? rows[1] - rows[0] : 1
        for value in rows {
            let point = place(x.lowerBound, value)
            canvas.line([point, Point(area.right, point.y)], Look.faint, width: 1)
            let text = Text(Ticks.label(value, step: rowStep), size: textSize, on: canvas)
            canvas.draw(text, at: Point(area.x - textSize * 0.4, point.y), Look.ink, x: .end, y: .middle)
        }
        canvas.line(
            [Point(area.x, area.y), Point(area.x, area.bottom), Point(area.right, area.bottom)], Look.axis, width: 1)
    }

    /// Draws the names of the axes and of the chart.
    public func label(
        on canvas: Canvas, x xName: String? = nil, y yName: String? = nil, title: String? = nil, textSize: Double
    ) {
        if let xName {
            let text = Text(xName, size: textSize, limit: area.width, on: canvas)
            canvas.draw(text, at: Point(area.center.x, area.bottom + textSize * 2), Look.ink, x: .middle)
        }
        if let yName {
            let text = Text(yName, size: textSize, limit: area.height, on: canvas)
            canvas.turned(around: Point(area.x - textSize * 3.6, area.center.y)) {
                canvas.draw(text, at: Point(0, 0), Look.ink, x: .middle, y: .middle)
            }
        }
        if let title {
            let text = Text(title, size: textSize * 1.1, bold: true, limit: area.width * 1.1, on: canvas)
            canvas.draw(text, at: Point(area.center.x, area.y - textSize * 0.6), Look.ink, x: .middle, y: .end)
        }
    }
}
