import Diagnostics
import Foundation

extension DetectionMetrics {
    /// Column heads of the field's validation table.
    public static let tableHeader = tableRow("Class", ["Images", "Instances", "Box(P", "R", "mAP50", "mAP50-95)"])

    /// The row of all categories together.
    public var tableSummary: String {
        DetectionMetrics.tableRow(
            "all", ["\(images)", "\(instances)"] + [precision, recall, map50, map50To95].map(threeDigits))
    }

    /// One row for each category with labels.
    public var tableRows: [String] {
        categories.map { category in
            let values = [category.precision, category.recall, category.ap50, category.ap50To95]
            return DetectionMetrics.tableRow(
                category.name.printable(), ["\(category.images)", "\(category.instances)"] + values.map(threeDigits))
        }
    }

    /// Header, summary, and the categories when there are several and `perClass` asks for them.
    public func table(perClass: Bool) -> String {
        ([DetectionMetrics.tableHeader, tableSummary] + (perClass && categories.count > 1 ? tableRows : []))
            .joined(separator: "\n")
    }

    private static func tableRow(_ name: String, _ columns: [String]) -> String {
        padded(name, to: 22) + columns.map { padded($0, to: 11) }.joined()
    }
}

private func padded(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(width - text.count, 0)) + text
}

private func threeDigits(_ value: Double) -> String { String(format: "%.3g", value) }
