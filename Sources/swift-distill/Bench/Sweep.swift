import Collectives
import Diagnostics
import Foundation
import Tensors

/// Measures whole steps over a grid of threads, batches and image sizes, on the ranks that there are.
struct Sweep {
    /// A place of the grid.
    struct Row: Encodable {
        var ranks: Int
        /// Per rank.
        var threads: Int
        var imgsz: Int
        /// Per rank.
        var batch: Int
        var stepMs: Double
        /// All ranks together.
        var imagesPerSecond: Double
        var cpuMsPerImage: Double
        var exposedShare: Double
        var lateShare: Double
    }

    private let options: BenchOptions
    private let ranks: any Communicator
    private let threads: [Int]
    private let scaling: ScalingOptions

    init(_ options: BenchOptions, _ scaling: ScalingOptions, ranks: any Communicator) throws {
        self.options = options
        self.ranks = ranks
        self.scaling = scaling
        guard scaling.sweepThreads.isEmpty else {
            threads = scaling.sweepThreads.counts
            return
        }
        let most = try Machine.computeThreads(options.recipe, ranks: ranks)
        threads = Array(sequence(first: 1) { $0 * 2 <= most ? $0 * 2 : nil })
    }

    /// Prints a table, or a line of JSON for each of its rows, on rank 0.
    func run(json: Bool) throws -> ExitCode {
        var rows: [Row] = []
        for size in scaling.sweepImgsz.counts {
            for batch in scaling.sweepBatch.counts {
                for count in threads {
                    var point = options
                    (point.size, point.batch, point.threads) = (size, batch, count)
                    ranks.report(phase: "bench of \(size) pixels, batch \(batch), \(count) threads", step: 0)
                    guard let (times, exchange) = try Bench(point, ranks: ranks).measureSteps() else { return .stopped }
                    releaseUnusedMemory()
                    guard let row = try row(point, times, exchange) else { continue }
                    rows.append(row)
                    if json { print(try line(row)) }
                }
            }
        }
        if ranks.rank == 0, !json { print(text(rows)) }
        return .done
    }

    private func row(_ point: BenchOptions, _ times: BenchTimes, _ exchange: StepMeasurement) throws -> Row? {
        var slowest = [times.median, times.cpuMedian]
        try ranks.maximum(&slowest)
        guard let exchange = try ExchangeResult(exchange, ranks: ranks) else { return nil }
        return Row(
            ranks: ranks.size, threads: point.threads, imgsz: point.size, batch: point.batch, stepMs: 1e3 * slowest[0],
            imagesPerSecond: Double(point.batch * ranks.size) / slowest[0],
            cpuMsPerImage: 1e3 * slowest[1] / Double(point.batch), exposedShare: exchange.exposedShare,
            lateShare: exchange.lateShare)
    }

    private func line(_ row: Row) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(row), as: UTF8.self)
    }

    private func text(_ rows: [Row]) -> String {
        var table = TextTable([
            "pixels", "batch", "ranks", "threads", "step, ms", "images/s", "CPU ms/image", "exposed, %", "late, %",
        ])
        for row in rows {
            table.add(
                [row.imgsz, row.batch, row.ranks, row.threads].map(String.init)
                    + [
                        String(format: "%.1f", row.stepMs), String(format: "%.2f", row.imagesPerSecond),
                        String(format: "%.1f", row.cpuMsPerImage), String(format: "%.1f", 100 * row.exposedShare),
                        String(format: "%.1f", 100 * row.lateShare),
                    ])
        }
        return """
            \(options.teacher) to \(options.student), whole steps, medians of \(options.steps); batch and threads are per \
            rank, images/s of all ranks
            \(table)
            """
    }
}
