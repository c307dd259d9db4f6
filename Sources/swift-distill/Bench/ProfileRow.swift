import Tensors

/// Work of one kind in a step, or all work of a block: how long it takes, beside what the machine can do.
struct ProfileRow: Codable {
    /// Where, such as `student 4 C2f`; empty outside of any block.
    var block: String
    /// Nil for several together, whose shape and algorithm are those of the most expensive one, a convolution if there is
    /// one.
    var kernel: String?
    var shape: String
    /// Of a convolution.
    var algorithm: String?
    /// Calls in a step.
    var count: Int
    var ms: Double
    /// Multiplications and additions of the formula, in 10⁹; algorithms may need fewer.
    var gflop: Double
    /// Bytes that must be moved at least: every value once.
    var bytes: Double
    var shareOfStep = 0.0
    var gflops = 0.0
    var shareOfPeak = 0.0
    var gbPerSecond = 0.0
    var shareOfBandwidth = 0.0

    init(_ call: KernelCall, count: Int, seconds: Double) {
        block = call.block
        kernel = call.kernel
        shape = call.shape
        algorithm = call.algorithm?.rawValue
        self.count = count
        ms = 1e3 * seconds
        gflop = Double(count) * call.operations / 1e9
        bytes = Double(count) * call.bytes
    }

    /// The sum of rows, of which there is at least one; what they have in common stays.
    init(adding rows: [ProfileRow]) {
        let convolutions = rows.filter { $0.algorithm != nil }
        self = (convolutions.isEmpty ? rows : convolutions).max { $0.ms < $1.ms } ?? rows[0]
        if rows.contains(where: { $0.block != block }) { block = "" }
        if rows.contains(where: { $0.kernel != kernel }) { kernel = nil }
        count = rows.reduce(0) { $0 + $1.count }
        ms = rows.reduce(0) { $0 + $1.ms }
        gflop = rows.reduce(0) { $0 + $1.gflop }
        bytes = rows.reduce(0) { $0 + $1.bytes }
    }

    /// First word of the block: a model, or what else a step does.
    var part: String { block.split(separator: " ").first.map(String.init) ?? "" }

    var isOfModel: Bool { part == "teacher" || part == "student" }

    /// With shares of a step of `stepMs` milliseconds, and of a machine's most.
    func rated(stepMs: Double, peak: Double, bandwidth: Double) -> ProfileRow {
        var row = self
        let seconds = max(ms, 1e-6) / 1e3
        row.shareOfStep = rounded(ms / stepMs, 5)
        row.gflops = rounded(gflop / seconds, 2)
        row.shareOfPeak = rounded(gflop / seconds / peak, 4)
        row.gbPerSecond = rounded(bytes / seconds / 1e9, 2)
        row.shareOfBandwidth = rounded(bytes / seconds / 1e9 / bandwidth, 4)
        row.ms = rounded(ms, 4)
        row.gflop = rounded(gflop, 6)
        return row
    }
}

extension [ProfileRow] {
    /// Rows of equal `key` added up, in the order of their first ones.
    func grouped<Key: Hashable>(by key: (ProfileRow) -> Key) -> [ProfileRow] {
        var places: [Key: Int] = [:]
        var groups: [[ProfileRow]] = []
        for row in self {
            let place = places[key(row)] ?? groups.count
            if place == groups.count {
                places[key(row)] = place
                groups.append([])
            }
            groups[place].append(row)
        }
        return groups.map { ProfileRow(adding: $0) }
    }
}
