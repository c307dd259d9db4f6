import Graphics

/// A line of a chart.
public struct Line: Sendable {
    /// Pairs of numbers; the line has a gap where one is not finite.
    public var points: [(x: Double, y: Double)]
    /// Of the line and its dots.
    public var color: Color
    /// In units of the canvas.
    public var width: Double
    /// Lengths drawn and left out in turn.
    public var dashes: [Double]
    /// Whether every pair has a dot.
    public var hasDots: Bool
    /// What a legend calls it; nil for lines that it leaves out.
    public var name: String?

    /// A line.
    public init(
        _ points: [(x: Double, y: Double)], color: Color, width: Double = 1, dashes: [Double] = [],
        hasDots: Bool = false, name: String? = nil
    ) {
        self.points = points
        self.color = color
        self.width = width
        self.dashes = dashes
        self.hasDots = hasDots
        self.name = name
    }

    /// Draws the line; what lies beyond the frame is cut off.
    public func draw(in frame: Frame, on canvas: Canvas) {
        let margin = width + 3
        let area = frame.area.inset(left: -margin, top: -margin, right: -margin, bottom: -margin)
        canvas.clipped(to: Box(x: area.x, y: area.y, width: area.width, height: area.height)) {
            for part in points.split(whereSeparator: { !$0.x.isFinite || !$0.y.isFinite }) {
                let places = part.map { frame.place($0.x, $0.y) }
                if places.count > 1 { canvas.line(places, color, width: width, dashes: dashes) }
                if hasDots { for place in places { canvas.dot(place, radius: width * 1.5, color) } }
            }
        }
    }
}

/// Names of lines beside a chart.
public enum Legend {
    /// Draws a line's sample and name in each row, as many as there is room for.
    public static func draw(_ lines: [Line], on canvas: Canvas, in area: Box, textSize: Double) {
        let named = lines.filter { $0.name != nil }
        let row = textSize * 1.5
        let room = max(Int(area.height / row), 1)
        for (number, line) in named.prefix(room).enumerated() {
            let y = area.y + (Double(number) + 0.5) * row
            canvas.line(
                [Point(area.x, y), Point(area.x + textSize * 2, y)], line.color, width: line.width, dashes: line.dashes)
            let text = Text(
                line.name ?? "", size: textSize, limit: max(area.width - textSize * 2.6, 1), on: canvas)
            canvas.draw(text, at: Point(area.x + textSize * 2.6, y), Look.ink, y: .middle)
        }
    }
}
