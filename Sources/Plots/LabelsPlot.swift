import Charts
import Datasets
import Graphics

/// What the labels of a split are like: how many of each class, how large, where.
public struct LabelsPlot {
    /// Boxes that are drawn over each other.
    private static let mostBoxes = 500
    private static let bins = 50
    /// Classes that have names below their bars.
    private static let mostNamed = 30
    private let objects: [ImageCatalog.Object]
    private let names: [String]

    /// The labels of a split.
    public init(_ catalog: ImageCatalog, names: [String]) {
        objects = catalog.entries.flatMap(\.objects)
        self.names = names
    }

    /// The picture.
    public func draw() -> Canvas {
        let canvas = Canvas(width: 1000, height: 1000, scale: 1.6)
        drawCounts(on: canvas, in: Box(x: 80, y: 45, width: 400, height: 330))
        drawBoxes(on: canvas, in: Box(x: 560, y: 45, width: 400, height: 400))
        drawDensity(
            on: canvas, in: Box(x: 80, y: 550, width: 390, height: 370), names: ("x", "y"),
            objects.map { (Double($0.box.x), Double($0.box.y)) })
        drawDensity(
            on: canvas, in: Box(x: 560, y: 550, width: 390, height: 370), names: ("width", "height"),
            objects.map { (Double($0.box.z), Double($0.box.w)) })
        return canvas
    }

    private func drawCounts(on canvas: Canvas, in area: Box) {
        var counts = [Int](repeating: 0, count: max(names.count, 1))
        for object in objects where counts.indices.contains(object.category) { counts[object.category] += 1 }
        let most = Double(max(counts.max() ?? 0, 1))
        let frame = Frame(area: area, x: -0.5...(Double(counts.count) - 0.5), y: 0...(most * 1.12))
        frame.draw(on: canvas, textSize: 12, xTicks: names.count <= Self.mostNamed ? 0 : 8, whole: true)
        frame.label(on: canvas, y: "instances", title: "\(objects.count) labelled objects", textSize: 13)
        for (category, count) in counts.enumerated() {
            let top = frame.place(Double(category) - 0.4, Double(count)), foot = frame.place(Double(category) + 0.4, 0)
            canvas.fill(
                Box(x: top.x, y: top.y, width: foot.x - top.x, height: foot.y - top.y), Palette.color(category))
            guard names.count <= Self.mostNamed else { continue }
            let width = foot.x - top.x
            let number = Text("\(count)", size: min(12, max(width * 0.5, 7)), on: canvas)
            canvas.draw(number, at: Point(top.x + width / 2, top.y - 2), .gray(0.15), x: .middle, y: .end)
            canvas.turned(around: Point(top.x + width / 2, area.bottom + 6)) {
                let text = Text(
                    shownName(category, of: names), size: min(13, max(width * 0.9, 8)),
                    limit: 115, on: canvas)
                canvas.draw(text, at: Point(0, 0), .gray(0.15), x: .end, y: .middle)
            }
        }
    }

    private func drawBoxes(on canvas: Canvas, in area: Box) {
        canvas.clipped(to: area) {
            for object in objects.prefix(Self.mostBoxes) {
                let (width, height) = (Double(object.box.z) * area.width, Double(object.box.w) * area.height)
                canvas.stroke(
                    Box(x: area.center.x - width / 2, y: area.center.y - height / 2, width: width, height: height),
                    Palette.color(object.category).covering(0.7), width: 1)
            }
        }
        canvas.stroke(area, .gray(0.65), width: 1)
        let text = Text("boxes, moved to one middle", size: 13, on: canvas)
        canvas.draw(text, at: Point(area.center.x, area.bottom + 6), .gray(0.15), x: .middle)
    }

    private func drawDensity(
        on canvas: Canvas, in area: Box, names: (x: String, y: String), _ values: [(Double, Double)]
    ) {
        func bin(_ value: Double) -> Int { min(max(Int(value * Double(Self.bins)), 0), Self.bins - 1) }
        var cells = [[Double]](repeating: [Double](repeating: 0, count: Self.bins), count: Self.bins)
        for (x, y) in values where x.isFinite && y.isFinite { cells[Self.bins - 1 - bin(y)][bin(x)] += 1 }
        let most = cells.joined().max() ?? 1
        let shown = cells.map { $0.map { $0 > 0 ? $0 : .nan } }
        let frame = Frame(area: area, x: 0...1, y: 0...1)
        frame.draw(on: canvas, textSize: 12, xTicks: 5, yTicks: 5)
        // The palest blue is still seen on white.
        HeatMap(
            shown, most: most,
            scale: ColorScale([Color(0.78, 0.87, 0.96), Color(0.20, 0.48, 0.80), Color(0.03, 0.15, 0.40)])
        ).draw(on: canvas, in: area)
        frame.label(on: canvas, x: names.x, y: names.y, textSize: 13)
    }
}
