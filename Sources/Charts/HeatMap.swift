import Graphics

/// A grid of numbers as colours.
public struct HeatMap: Sendable {
    /// Rows from above, each from the left; what is not finite stays empty.
    public var cells: [[Double]]
    /// The number of the darkest colour.
    public var most: Double
    /// The colours.
    public var scale: ColorScale

    /// A grid.
    public init(_ cells: [[Double]], most: Double, scale: ColorScale = .blues) {
        self.cells = cells
        self.most = most
        self.scale = scale
    }

    /// Draws the cells.
    ///
    /// - Parameter label: the words in a cell.
    public func draw(on canvas: Canvas, in area: Box, textSize: Double = 10, label: (Double) -> String? = { _ in nil })
    {
        let height = area.height / Double(max(cells.count, 1))
        for (y, row) in cells.enumerated() {
            let width = area.width / Double(max(row.count, 1))
            for (x, value) in row.enumerated() where value.isFinite {
                let color = scale.color(most > 0 ? value / most : 0)
                let cell = Box(
                    x: area.x + Double(x) * width, y: area.y + Double(y) * height, width: width, height: height)
                canvas.fill(cell, color)
                guard let words = label(value) else { continue }
                var text = Text(words, size: textSize, on: canvas)
                let room = min(width * 0.92 / text.width, height * 0.92 / text.height)
                if room < 1 { text = Text(words, size: textSize * room, on: canvas) }
                canvas.draw(text, at: cell.center, color.legible, x: .middle, y: .middle)
            }
        }
        canvas.stroke(area, Look.axis, width: 1)
    }

    /// Draws the colours beside the grid, with their numbers.
    public func drawScale(on canvas: Canvas, in area: Box, textSize: Double) {
        let steps = 128
        for step in 0..<steps {
            let height = area.height / Double(steps)
            let y = area.bottom - Double(step + 1) * height
            canvas.fill(
                Box(x: area.x, y: y, width: area.width, height: height + 0.5),
                scale.color((Double(step) + 0.5) / Double(steps)))
        }
        canvas.stroke(area, Look.axis, width: 1)
        let ticks = Ticks.round(0...max(most, 1e-9), about: 6)
        let distance = ticks.count > 1 ? ticks[1] - ticks[0] : 1
        for tick in ticks {
            let y = area.bottom - tick / max(most, 1e-9) * area.height
            let text = Text(Ticks.label(tick, step: distance), size: textSize, on: canvas)
            canvas.line([Point(area.right, y), Point(area.right + 4, y)], Look.axis, width: 1)
            canvas.draw(text, at: Point(area.right + 8, y), Look.ink, y: .middle)
        }
    }
}
