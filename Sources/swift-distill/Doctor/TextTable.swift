import Diagnostics

/// Columns for people: the first ones left, the others right.
struct TextTable: CustomStringConvertible {
    private var rows: [[String]]
    private let leftColumns: Int

    /// - Parameter left: columns of words, which begin at the left.
    init(_ head: [String], left: Int = 1) {
        rows = []
        leftColumns = left
        add(head)
    }

    /// Names in the cells are made safe for a terminal.
    mutating func add(_ row: [String]) { rows.append(row.map { $0.printable() }) }

    /// Lines without a trailing newline.
    var description: String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).enumerated().map { column, cell in
                let space = String(repeating: " ", count: cell.1 - cell.0.count)
                return column < leftColumns ? cell.0 + space : space + cell.0
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
