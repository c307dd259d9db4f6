import Foundation

/// The progress line in the field's columns, each as wide as the field's.
struct ProgressTable {
    /// Names of the objective's terms.
    let terms: [String]
    /// Whether the epoch's metrics follow on the line, where no table of them is printed.
    let showsMetrics: Bool

    /// What a line says.
    struct Row {
        /// 1-based.
        var epoch: Int
        var epochs: Int
        var step: Int
        var steps: Int
        var residentBytes: Int
        /// One per term; NaN where nothing is known.
        var values: [Double]
        var instances: Int
        /// Sides of the network's input.
        var size: [Int]
        var imagesPerSecond: Double
        /// Of the whole run.
        var secondsLeft: Double?
        /// Of the epoch, when it was validated.
        var metrics: [Double]?
        var isBest = false
    }

    private static let width = 11

    /// Titles of the columns.
    var header: String {
        let titles =
            ["Epoch", "RSS_mem"] + terms.map(ProgressTable.title)
            + ["Instances", "Size", "img/s", "left", "Step"] + (showsMetrics ? ["mAP50", "mAP50-95"] : [])
        return titles.map(ProgressTable.cell).joined()
    }

    func line(_ row: Row) -> String {
        var cells = ["\(row.epoch)/\(row.epochs)", String(format: "%.3gG", Double(row.residentBytes) / 1e9)]
        cells += terms.indices.map { format($0 < row.values.count ? row.values[$0] : .nan) }
        cells.append(String(row.instances))
        let isSquare = Set(row.size).count == 1
        cells.append((isSquare ? row.size.prefix(1) : row.size[...]).map { String($0) }.joined(separator: "x"))
        cells += [format(row.imagesPerSecond), row.secondsLeft.map(ProgressTable.duration) ?? "?"]
        cells.append("\(row.step)/\(row.steps)")
        if showsMetrics, let metrics = row.metrics, metrics.count >= 4 {
            cells += [format(metrics[2]), format(metrics[3])]
        }
        return cells.map(ProgressTable.cell).joined() + (showsMetrics && row.isBest ? "  best" : "")
    }

    /// Title of a term's column.
    static func title(_ term: String) -> String {
        switch term {
        case "distill_box": "dbox"
        case "distill_cls": "dcls"
        default: term + "_loss"
        }
    }

    /// `h:mm:ss`, or `mm:ss` below an hour.
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
        let whole = Int(seconds.rounded())
        let (hours, minutes) = (whole / 3600, whole / 60 % 60)
        let end = String(format: "%02d:%02d", minutes, whole % 60)
        return hours > 0 ? "\(hours):\(end)" : end
    }

    private static func cell(_ text: String) -> String {
        // A space at least: a long cell shall not grow into its neighbour.
        String(repeating: " ", count: max(1, width - text.count)) + text
    }
}
