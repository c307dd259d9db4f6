import CHost
import Foundation

/// Shows how a run gets on: a line rewritten at every step on a terminal, else one line per epoch or per step.
final class ProgressDisplay {
    private let log: RunLog
    private let onConsole: ProgressTable
    private let inLog: ProgressTable
    private let size: [Int]
    private let stepsPerEpoch: Int
    /// Whether lines that stay are written at every step.
    private let everyStep: Bool
    /// Epoch under the last header.
    private var headedEpoch: Int?
    private var last: StepReport?
    private var meter: TimeLeft

    init(_ log: RunLog, terms: [String], size: [Int], stepsPerEpoch: Int, everyStep: Bool) {
        self.log = log
        self.size = size
        self.stepsPerEpoch = stepsPerEpoch
        self.everyStep = everyStep
        onConsole = ProgressTable(terms: terms, showsMetrics: !log.console.isTerminal)
        inLog = ProgressTable(terms: terms, showsMetrics: true)
        meter = TimeLeft(now: chost_seconds())
    }

    /// After a step.
    func show(_ report: StepReport, _ progress: Progress) {
        last = report
        meter.steps += 1
        head(report.epoch)
        if everyStep {
            let own = row(report, progress, values: report.values)
            log.write(inLog.line(own))
            if !log.console.isTerminal { log.console.print(onConsole.line(own)) }
        }
        if log.console.isTerminal {
            log.console.update(onConsole.line(row(report, progress, values: progress.termMeans)))
        }
    }

    /// After an epoch; `progress` stands at the beginning of the next one.
    func show(_ report: EpochReport, _ progress: Progress, _ tally: EpochTally) {
        head(report.epoch)
        var row = ProgressTable.Row(
            epoch: report.epoch + 1, epochs: progress.epochs, step: stepsPerEpoch, steps: stepsPerEpoch,
            residentBytes: Int(chost_resident_bytes()), values: report.terms, instances: last?.objects ?? 0, size: size,
            imagesPerSecond: tally.imagesPerSecond, secondsLeft: report.stops ? 0 : secondsLeft(progress))
        row.metrics = report.scores?.metrics
        row.isBest = report.isBest
        log.write(inLog.line(row))
        if let waits = waits(tally.waitShares) { log.write(waits) }
        log.console.print(onConsole.line(row))
        guard let scores = report.scores else { return }
        log.write(text: scores.report)
        guard log.console.isTerminal else { return }
        log.console.print(scores.report)
        if report.isBest { log.console.print("best so far: fitness \(format(report.fitness ?? .nan))") }
    }

    /// What other ranks cost; nil where there are none.
    private func waits(_ shares: RankWaits) -> String? {
        guard shares.agreement + shares.sums >= 0.0005 else { return nil }
        return String(
            format:
                "  rank 0 waited %.1f %% of the steps' time for other ranks' answers, %.1f %% after the way back for "
                + "sums (exposed all-reduce, late ranks included)", 100 * shares.agreement, 100 * shares.sums)
    }

    private func head(_ epoch: Int) {
        guard headedEpoch != epoch else { return }
        if log.console.isTerminal {
            log.console.print("\n" + onConsole.header)
        } else if headedEpoch == nil {
            log.console.print(onConsole.header)
        }
        if headedEpoch == nil || log.console.isTerminal { log.write(inLog.header) }
        headedEpoch = epoch
    }

    private func row(_ report: StepReport, _ progress: Progress, values: [Double]) -> ProgressTable.Row {
        ProgressTable.Row(
            epoch: report.epoch + 1, epochs: progress.epochs, step: report.step, steps: stepsPerEpoch,
            residentBytes: Int(chost_resident_bytes()), values: values, instances: report.objects, size: size,
            imagesPerSecond: Double(report.images) / report.seconds, secondsLeft: secondsLeft(progress))
    }

    private func secondsLeft(_ progress: Progress) -> Double? {
        meter.estimate(
            stepsLeft: (progress.epochs - progress.epoch) * stepsPerEpoch - progress.step, now: chost_seconds())
    }
}

/// Estimates when a run ends from what this start of it has done, validation and saving included.
struct TimeLeft {
    private let start: Double
    /// Steps done since the start.
    var steps = 0

    init(now: Double) { start = now }

    /// Seconds left; nil before the first step.
    func estimate(stepsLeft: Int, now: Double) -> Double? {
        steps == 0 ? nil : (now - start) / Double(steps) * Double(max(stepsLeft, 0))
    }
}
