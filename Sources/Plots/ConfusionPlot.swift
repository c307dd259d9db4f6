import Charts
import Detection
import Foundation
import Graphics

/// Which classes are taken for which, as numbers on colours.
public enum ConfusionPlot {
    /// Classes whose cells have numbers, background included, at most.
    private static let mostNumbered = 30
    /// Classes that have names at the sides.
    private static let mostNamed = 99

    /// The picture.
    ///
    /// - Parameter normalized: shows parts of the labels of each class instead of counts.
    public static func draw(_ confusion: ConfusionMatrix, names: [String], normalized: Bool) -> Canvas {
        let counts = confusion.table(classes: names.count)
        let cells = shown(counts, normalized: normalized)
        let canvas = Canvas(width: 1200, height: 1000, scale: 2)
        let count = cells.count
        let area = Box(x: 210, y: 60, width: 780, height: 720)
        let most = normalized ? 1 : cells.joined().filter(\.isFinite).max() ?? 1
        let map = HeatMap(cells, most: most)
        map.draw(on: canvas, in: area, textSize: min(15, area.width / Double(count) * 0.42)) { value in
            count > mostNumbered ? nil : normalized ? fixed(value, 2) : number(value)
        }
        map.drawScale(on: canvas, in: Box(x: 1030, y: 60, width: 26, height: 720), textSize: 13)
        label(canvas, area, names: names.indices.map { shownName($0, of: names) } + ["background"])
        let title = "Confusion Matrix" + (normalized ? " Normalized" : "")
        canvas.draw(
            Text(title, size: 18, bold: true, on: canvas), at: Point(area.center.x, 18), .gray(0.15), x: .middle)
        return canvas
    }

    /// Parts of each column, or counts; what would read 0 is left empty.
    static func shown(_ counts: [[Int]], normalized: Bool) -> [[Double]] {
        let sums = counts.indices.map { column in Double(counts.reduce(0) { $0 + $1[column] }) }
        return counts.map { row in
            row.enumerated().map { column, count in
                let value = normalized ? Double(count) / (sums[column] + 1e-9) : Double(count)
                return value < 0.005 ? .nan : value
            }
        }
    }

    /// A count as people read it where cells are narrow.
    private static func number(_ value: Double) -> String {
        value >= 1e6 ? String(format: "%.3gM", value / 1e6) : "\(Int(value))"
    }

    private static func label(_ canvas: Canvas, _ area: Box, names: [String]) {
        let ink = Color.gray(0.15)
        let step = Swift.max(1, names.count / mostNamed + (names.count > mostNamed ? 1 : 0))
        let (width, height) = (area.width / Double(names.count), area.height / Double(names.count))
        let size = Swift.min(14, Swift.max(height * Double(step) * 0.85, 6))
        var longest = 0.0
        for (place, name) in names.enumerated() where place % step == 0 || place == names.count - 1 {
            let y = area.y + (Double(place) + 0.5) * height
            let text = Text(name, size: size, limit: 160, on: canvas)
            canvas.draw(text, at: Point(area.x - 8, y), ink, x: .end, y: .middle)
            longest = Swift.max(longest, text.width)
            let x = area.x + (Double(place) + 0.5) * width
            canvas.turned(around: Point(x, area.bottom + 8)) {
                canvas.draw(text, at: Point(0, 0), ink, x: .end, y: .middle)
            }
        }
        canvas.draw(
            Text("True", size: 16, on: canvas), at: Point(area.center.x, area.bottom + longest + 18), ink, x: .middle)
        canvas.turned(around: Point(Swift.max(area.x - longest - 32, 16), area.center.y)) {
            canvas.draw(Text("Predicted", size: 16, on: canvas), at: Point(0, 0), ink, x: .middle, y: .middle)
        }
    }
}
