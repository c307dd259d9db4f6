import Configuration
import Foundation
import Optimization

/// `results.csv`: a row per epoch, Ultralytics' columns first, ours after them.
struct ResultsTable {
    /// Terms of the student's own task, which validation has too.
    let taskTerms: [String]
    /// Terms that compare with the teacher.
    let teacherTerms: [String]
    /// Decides about the order of the rates.
    let compatibility: Compatibility

    init(terms: [String], compatibility: Compatibility) {
        taskTerms = terms.filter { !$0.hasPrefix("distill") }
        teacherTerms = terms.filter { $0.hasPrefix("distill") }
        self.compatibility = compatibility
    }

    /// The first line.
    var header: String { columns.joined(separator: ",") }

    /// Names of the columns.
    var columns: [String] {
        let metrics = ["precision", "recall", "mAP50", "mAP50-95"].map { "metrics/\($0)(B)" }
        return ["epoch", "time"] + taskTerms.map { "train/\($0)_loss" } + metrics + taskTerms.map { "val/\($0)_loss" }
            + ["lr/pg0", "lr/pg1", "lr/pg2"] + teacherTerms.map { "train/\($0)_loss" }
            + ["fitness", "grad_norm", "images_per_second", "skipped"]
    }

    /// The line of an epoch; what is not known is `nan`.
    func row(_ report: EpochReport, terms: [String], tally: EpochTally) -> String {
        values(report, terms: terms, tally: tally).map(ResultsTable.text).joined(separator: ",")
    }

    private static func text(_ value: Double) -> String { value.isNaN ? "nan" : String(format: "%.6g", value) }

    /// A number as the table shows it.
    static func shown(_ value: Double) -> Double { Double(text(value)) ?? value }

    /// The numbers of an epoch, in the order of the columns; what is not known is not a number.
    func values(_ report: EpochReport, terms: [String], tally: EpochTally) -> [Double] {
        func value(of term: String) -> Double {
            let index = terms.firstIndex(of: term)
            return rounded(index.flatMap { $0 < report.terms.count ? report.terms[$0] : nil } ?? .nan)
        }
        func known(_ values: [Double]?, _ count: Int) -> [Double] {
            (0..<count).map { index in values.flatMap { index < $0.count ? rounded($0[index]) : nil } ?? .nan }
        }
        let rates = report.rates
        let groups =
            compatibility == .v83 ? [rates.bias, rates.weight, rates.norm] : [rates.weight, rates.norm, rates.bias]
        let base: [Double] = [Double(report.epoch + 1), report.seconds]
        return base + taskTerms.map(value) + known(report.scores?.metrics, 4)
            + known(report.scores?.losses, taskTerms.count) + groups + teacherTerms.map(value)
            + [report.fitness ?? .nan, tally.meanNorm, tally.imagesPerSecond, Double(tally.skippedSteps)]
    }

    /// The 1-based epoch of a line; nil for the header and anything else.
    static func epoch(ofRow line: String) -> Int? { line.split(separator: ",").first.flatMap { Int($0) } }

    /// Whether a text is the line of a 1-based epoch in this table.
    func isRow(_ text: String, epoch: Int) -> Bool {
        let cells = text.split(separator: ",", omittingEmptySubsequences: false)
        return cells.count == columns.count && Int(cells[0]) == epoch
            && cells.allSatisfy { Double($0) != nil }
    }

    /// As the reference rounds results.
    private func rounded(_ value: Double) -> Double {
        value.isFinite ? (value * 1e5).rounded(.toNearestOrEven) / 1e5 : value
    }
}
