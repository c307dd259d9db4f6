import Collectives
import Configuration
import Diagnostics
import Foundation
import Tensors

/// Predicts steps on many ranks from steps measured on those there are.
struct RankForecast {
    /// A line of the table.
    struct Row: Encodable {
        var ranks: Int
        var stepMs: Double
        var imagesPerSecond: Double
        /// Images per second and rank, as a part of a single rank's.
        var efficiency: Double
        var computeMs: Double
        var agreementMs: Double
        var exposedMs: Double
        var exposedShare: Double
        /// Of all sums, were none of them hidden.
        var allReduceMs: Double
    }

    private let options: BenchOptions
    private let scaling: ScalingOptions
    private let ranks: any Communicator

    init(_ options: BenchOptions, _ scaling: ScalingOptions, ranks: any Communicator) {
        self.options = options
        self.scaling = scaling
        self.ranks = ranks
    }

    /// Prints a table, or a line of JSON for each of its rows, on rank 0.
    func run(json: Bool) throws -> ExitCode {
        guard let (times, exchange) = try Bench(options, ranks: ranks).measureSteps() else { return .stopped }
        var slowest = [times.median]
        try ranks.maximum(&slowest)
        guard let measured = try ExchangeResult(exchange, ranks: ranks) else { return .done }
        let rows = rows(model(measured))
        if json {
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.outputFormatting = .sortedKeys
            for row in rows { print(String(decoding: try encoder.encode(row), as: UTF8.self)) }
        } else {
            print(text(rows, measured, step: slowest[0]))
        }
        return .done
    }

    private func model(_ measured: ExchangeResult) -> StepModel {
        StepModel(
            computing: measured.computing,
            buckets: measured.buckets.map { StepModel.Bucket(bytes: Double($0.bytes), ready: -$0.setOut) },
            network: StepModel.Network(
                latency: scaling.latencyUs * 1e-6, bandwidth: scaling.bandwidthGbit * 1e9 / 8,
                ranksPerHost: scaling.ranksPerHost))
    }

    private func rows(_ model: StepModel) -> [Row] {
        let alone = model.predict(ranks: 1)
        return scaling.modelRanks.counts.map { count in
            let step = model.predict(ranks: count)
            return Row(
                ranks: count, stepMs: 1e3 * step.step, imagesPerSecond: Double(options.batch * count) / step.step,
                efficiency: alone.step / step.step, computeMs: 1e3 * (step.computing + step.work),
                agreementMs: 1e3 * step.agreeing, exposedMs: 1e3 * step.exposed,
                exposedShare: step.exposed / step.step, allReduceMs: 1e3 * step.summing)
        }
    }

    private func text(_ rows: [Row], _ measured: ExchangeResult, step: Double) -> String {
        var table = TextTable([
            "ranks", "step, ms", "images/s", "efficiency", "computing", "agreeing", "exposed", "all-reduce",
        ])
        for row in rows {
            table.add([
                "\(row.ranks)", String(format: "%.1f", row.stepMs), String(format: "%.1f", row.imagesPerSecond),
                String(format: "%.0f %%", 100 * row.efficiency), String(format: "%.1f", row.computeMs),
                String(format: "%.1f", row.agreementMs), String(format: "%.1f", row.exposedMs),
                String(format: "%.1f", row.allReduceMs),
            ])
        }
        let hosts = scaling.ranksPerHost == 1 ? "" : ", \(scaling.ranksPerHost) ranks a host"
        return """
            \(options.teacher) to \(options.student), \(options.size) pixels, batch \(options.batch) per rank, \
            \(Threads.count) threads: measured \(String(format: "%.1f", 1e3 * step)) ms a step on \(ranks.size) ranks, \
            \(String(format: "%.1f", 1e3 * measured.computing)) of them computing
            \(measured.timeline)
            predicted for \(scaling.latencyUs) µs and \(scaling.bandwidthGbit) Gbit/s\(hosts), milliseconds a step:
            \(table)
            all-reduce is what the sums of a step would take if nothing hid them. Not in it: loading, validation, \
            checkpoints, ranks of unequal speed, other traffic.
            """
    }
}
