import Foundation

extension StepProfile {
    /// Kernels of the second table.
    private static let shown = 25

    /// Tables for people: parts of a step and kinds of kernels, blocks in the order of a step, and the most expensive
    /// shapes.
    var text: String {
        let percent = String(format: "%.0f", 100 * coveredShare)
        return """
            where the time goes on rank 0, kernel by kernel the fastest of \(steps) profiled steps; kernels are \
            \(percent) % of a step
            \(table("part", blocks, by: \.part))

            \(table("kernel", kernels) { $0.kernel ?? "" })

            a block's shape and algorithm are those of its most expensive convolution
            \(blockTable)

            \(shapeTable)
            % of peak: of \(peakGflops) GFLOP/s, above 100 where an algorithm saves multiplications; % of memory: of \
            \(memoryGbPerSecond) GB/s, above 100 where values are still in a cache
            """
    }

    /// Sums of the rows of equal name, the largest first.
    private func table(_ title: String, _ rows: [ProfileRow], by name: (ProfileRow) -> String) -> TextTable {
        let sums = Dictionary(grouping: rows, by: name).map {
            (name: $0.key, row: rated([ProfileRow(adding: $0.value)])[0])
        }
        var table = TextTable([title] + Self.numbers)
        for sum in sums.sorted(by: { ($1.row.ms, $0.name) < ($0.row.ms, $1.name) }) {
            table.add([sum.name.isEmpty ? "(other)" : sum.name] + sum.row.numbers)
        }
        return table
    }

    private func rated(_ rows: [ProfileRow]) -> [ProfileRow] {
        rows.map { $0.rated(stepMs: stepMs, peak: peakGflops, bandwidth: memoryGbPerSecond) }
    }

    private var blockTable: TextTable {
        var table = TextTable(["block", "shape", "algorithm"] + Self.numbers, left: 3)
        for row in blocks { table.add([row.block.isEmpty ? "(other)" : row.block] + row.place + row.numbers) }
        return table
    }

    /// The same work of several blocks is one row.
    private var shapeTable: String {
        struct Kind: Hashable {
            var kernel: String?
            var shape: String
            var algorithm: String?
        }
        let kinds = rated(
            kernels.grouped { Kind(kernel: $0.kernel, shape: $0.shape, algorithm: $0.algorithm) }
        ).sorted { $0.ms > $1.ms }
        var table = TextTable(["kernel", "shape", "algorithm", "calls"] + Self.numbers, left: 3)
        for row in kinds.prefix(Self.shown) {
            table.add([row.kernel ?? ""] + row.place + ["\(row.count)"] + row.numbers)
        }
        let rest = kinds.dropFirst(Self.shown)
        guard !rest.isEmpty else { return table.description }
        let share = String(format: "%.1f", 100 * rest.reduce(0) { $0 + $1.shareOfStep })
        return "\(table)\n\(rest.count) more kernels take \(share) % of the step; --json has all"
    }

    private static let numbers = ["ms", "% of step", "GFLOP/s", "% of peak", "MB", "GB/s", "% of memory"]
}

extension ProfileRow {
    fileprivate var place: [String] { [shape, algorithm ?? ""] }

    fileprivate var numbers: [String] {
        let arithmetic =
            gflop > 0 ? [String(format: "%.1f", gflops), String(format: "%.0f", 100 * shareOfPeak)] : ["", ""]
        let memory =
            bytes > 0
            ? [
                String(format: "%.1f", bytes / 1e6), String(format: "%.1f", gbPerSecond),
                String(format: "%.0f", 100 * shareOfBandwidth),
            ] : ["", "", ""]
        return [String(format: "%.2f", ms), String(format: "%.1f", 100 * shareOfStep)] + arithmetic + memory
    }
}
