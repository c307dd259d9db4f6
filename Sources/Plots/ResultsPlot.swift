import Charts
import Foundation
import Graphics

/// The losses and metrics of `results.csv` over the epochs.
public enum ResultsPlot {
    /// The picture; nil when the table has no epoch.
    ///
    /// - Parameter csv: the text of the table.
    public static func draw(csv: String) -> Canvas? {
        let table = csv.split(whereSeparator: \.isNewline).map { row in
            row.split(separator: ",", omittingEmptySubsequences: false).map {
                String($0).trimmingCharacters(in: .whitespaces)
            }
        }
        guard let header = table.first, table.count > 1 else { return nil }
        let names = order(header)
        let epochs = table.dropFirst().map { Double($0[0]) ?? .nan }
        let columns = (names.count + 1) / 2
        let cell = (width: 250.0, height: 280.0)
        let canvas = Canvas(width: cell.width * Double(max(columns, 1)), height: cell.height * 2, scale: 2)
        for (number, name) in names.enumerated() {
            guard let column = header.firstIndex(of: name) else { continue }
            let values = table.dropFirst().map { $0.indices.contains(column) ? Double($0[column]) ?? .nan : .nan }
            let place = Box(
                x: Double(number % columns) * cell.width, y: Double(number / columns) * cell.height,
                width: cell.width, height: cell.height)
            draw(name, epochs, values, on: canvas, in: place, isLegend: number == 1)
        }
        return canvas
    }

    /// Losses and metrics in the field's order: training above, validation below, the metrics beside them.
    static func order(_ header: [String]) -> [String] {
        let losses = header.filter { $0.contains("loss") }
        let metrics = header.filter { $0.contains("metric") }
        let training = losses.filter { $0.hasPrefix("train/") }
        let upper = losses.count / 2
        let ordered = training.count == upper ? losses : training + losses.filter { !$0.hasPrefix("train/") }
        let half = (metrics.count + 1) / 2
        let above: [String] = Array(ordered[..<upper]) + Array(metrics[..<half])
        let below: [String] = Array(ordered[upper...]) + Array(metrics[half...])
        return above + below
    }

    private static func draw(
        _ name: String, _ epochs: [Double], _ values: [Double], on canvas: Canvas, in cell: Box, isLegend: Bool
    ) {
        let area = cell.inset(left: 52, top: 34, right: 14, bottom: 34)
        let frame = Frame(area: area, x: Frame.range(of: epochs), y: Frame.range(of: values))
        frame.draw(on: canvas, textSize: 11, xTicks: 4, yTicks: 5, whole: true)
        frame.label(on: canvas, title: name, textSize: 11)
        let smooth = Smoothing.gaussian(values, sigma: 3)
        let lines = [
            Line(
                Array(zip(epochs, values)).map { (x: $0.0, y: $0.1) }, color: Color(0.12, 0.40, 0.75), width: 2,
                hasDots: epochs.count <= 60, name: "results"),
            Line(
                Array(zip(epochs, smooth)).map { (x: $0.0, y: $0.1) }, color: Color(0.95, 0.50, 0.10), width: 2,
                dashes: [2, 3], name: "smooth"),
        ]
        for line in lines { line.draw(in: frame, on: canvas) }
        if isLegend {
            Legend.draw(
                lines, on: canvas, in: Box(x: area.right - 86, y: area.y + 4, width: 86, height: 40), textSize: 11)
        }
    }
}
