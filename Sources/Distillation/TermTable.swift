import Foundation

/// Each term's value, weight, share of the total and, when measured, the norm of the gradient it gives the student.
public func termTable(_ terms: [Term], gradientNorms: [Double]? = nil) -> String {
    var lines = [row("term", "value", "weight", "share", gradientNorms == nil ? nil : "gradient")]
    for (index, (term, share)) in zip(terms, terms.shares).enumerated() {
        lines.append(
            row(
                term.name, number(term.value), number(term.weight), String(format: "%.1f%%", share * 100),
                gradientNorms.map { number($0[index]) }))
    }
    lines.append(row("total", number(terms.total)))
    return lines.joined(separator: "\n")
}

private func number(_ value: Double) -> String { String(format: "%.5g", value) }

private func row(_ name: String, _ columns: String?...) -> String {
    let padded = columns.compactMap { $0 }.map { String(repeating: " ", count: max(12 - $0.count, 1)) + $0 }
    return name + String(repeating: " ", count: max(14 - name.count, 1)) + padded.joined()
}
