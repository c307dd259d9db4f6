import Datasets
import Documents
import Foundation

/// A value of a line of `events.jsonl`; keys keep their order.
indirect enum EventValue {
    case number(Double)
    case count(Int)
    case flag(Bool)
    case text(String)
    case object([(key: String, value: EventValue)])

    /// As JSON; a number that is not finite becomes null.
    var json: String {
        switch self {
        case .number(let value): value.isFinite ? "\(value)" : "null"
        case .count(let value): "\(value)"
        case .flag(let value): value ? "true" : "false"
        case .text(let value): value.quotedAsJSON
        case .object(let pairs):
            "{" + pairs.map { $0.key.quotedAsJSON + ":" + $0.value.json }.joined(separator: ",") + "}"
        }
    }
}

/// Lines of `events.jsonl`.
struct EventLine {
    /// Name of the run.
    let run: String
    let terms: [String]
    /// Factor of each term in the total.
    let weights: [Double]

    /// What a step did.
    func step(_ report: StepReport) -> String {
        EventValue.object([
            ("run", .text(run)), ("event", .text("step")), ("epoch", .count(report.epoch + 1)),
            ("step", .count(report.step)), ("terms", named(report.values)), ("total", .number(total(report.values))),
            ("grad_norm", .number(report.norm)), ("lr", rates(of: report)),
            ("momentum", .number(report.rates.momentum)), ("images", .count(report.images)),
            ("objects", .count(report.objects)),
            ("images_per_second", .number(Double(report.images) / report.seconds)),
            ("loading_share", .number(report.loadingSeconds / report.seconds)),
            ("agreement_share", .number(report.waits.agreement / report.seconds)),
            ("exposed_share", .number(report.waits.sums / report.seconds)), ("skipped", .flag(report.isSkipped)),
        ]).json
    }

    /// What an epoch did.
    func epoch(_ report: EpochReport, _ tally: EpochTally) -> String {
        var pairs: [(key: String, value: EventValue)] = [
            ("run", .text(run)), ("event", .text("epoch")), ("epoch", .count(report.epoch + 1)),
            ("seconds", .number(report.seconds)), ("terms", named(report.terms)),
            ("total", .number(total(report.terms))), ("grad_norm", .number(tally.meanNorm)),
            ("images_per_second", .number(tally.imagesPerSecond)), ("skipped", .count(tally.skippedSteps)),
            ("agreement_share", .number(tally.waitShares.agreement)),
            ("exposed_share", .number(tally.waitShares.sums)),
        ]
        if report.loading.images > 0 {
            pairs.append(("loading_share", .number(tally.waitingShare)))
            pairs.append(("loading_ms_per_image", milliseconds(report.loading)))
        }
        if let scores = report.scores {
            let names = ["precision", "recall", "mAP50", "mAP50-95"]
            pairs.append(("metrics", .object(zip(names, scores.metrics).map { ($0, .number($1)) })))
            pairs.append(("validation", named(scores.losses)))
        }
        pairs.append(("fitness", .number(report.fitness ?? .nan)))
        pairs.append(("best", .flag(report.isBest)))
        pairs.append(("stops", .flag(report.stops)))
        return EventValue.object(pairs).json
    }

    /// Whether what a line tells lies in the past of a place in the run.
    static func isBefore(_ position: Position, line: String) -> Bool {
        guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
            let epoch = object["epoch"] as? Int
        else { return false }
        guard let step = object["step"] as? Int else { return epoch <= position.epoch }
        // Whatever number a line has: nothing is added to it or taken from it.
        return (epoch, step) <= (position.epoch + 1, position.step)
    }

    private func named(_ values: [Double]) -> EventValue { .object(zip(terms, values).map { ($0, .number($1)) }) }

    /// Of one loading thread, by stage.
    private func milliseconds(_ loading: LoadingTimes.Sums) -> EventValue {
        .object(LoadingStage.allCases.map { ($0.name, .number(loading.milliseconds($0))) })
    }

    private func total(_ values: [Double]) -> Double {
        zip(values, weights).reduce(0) { $0 + ($1.1 == 0 ? 0 : $1.0 * $1.1) }
    }

    private func rates(of report: StepReport) -> EventValue {
        .object([
            ("weight", .number(report.rates.weight)), ("norm", .number(report.rates.norm)),
            ("bias", .number(report.rates.bias)),
        ])
    }
}
