import Tensors

/// Where the time of a step goes on one rank: of every kernel the fastest of some profiled steps, since whatever else the
/// machine does only ever slows one down.
struct StepProfile: Codable {
    /// Profiled steps, which are not among the timed ones.
    var steps: Int
    /// The fastest of them.
    var stepMs: Double
    /// Part of the steps' time that was spent in the kernels below.
    var coveredShare: Double
    /// What this rank's threads can do at most.
    var peakGflops: Double
    /// Between memory and this rank's threads.
    var memoryGbPerSecond: Double
    /// The teacher's layers, the student's with their way back, then the loss, the exchange and the update.
    var blocks: [ProfileRow]
    /// Most expensive first.
    var kernels: [ProfileRow]

    /// A step's kernels and its wall time.
    typealias Step = (entries: [KernelProfile.Entry], seconds: Double)

    /// - Parameters:
    ///   - steps: at least one.
    ///   - peak: of this rank's threads, in 10⁹ operations per second.
    ///   - bandwidth: of this rank's threads, in 10⁹ bytes per second.
    init(_ steps: [Step], peak: Double, bandwidth: Double) {
        let fastest = Dictionary(
            steps.flatMap { $0.entries.map { ($0.call, $0.seconds) } }, uniquingKeysWith: { min($0, $1) })
        let all = steps[0].entries.map { entry in
            ProfileRow(entry.call, count: entry.count, seconds: fastest[entry.call] ?? entry.seconds)
        }
        let seconds = steps.reduce(0) { $0 + $1.seconds }
        let covered = steps.reduce(0) { $0 + $1.entries.reduce(0) { $0 + $1.seconds } }
        let stepMs = 1e3 * (steps.map(\.seconds).min() ?? 0)
        func rated(_ rows: [ProfileRow]) -> [ProfileRow] {
            rows.map { $0.rated(stepMs: stepMs, peak: peak, bandwidth: bandwidth) }
        }
        self.steps = steps.count
        self.stepMs = rounded(stepMs)
        coveredShare = rounded(covered / seconds, 4)
        peakGflops = rounded(peak)
        memoryGbPerSecond = rounded(bandwidth)
        let grouped = all.grouped(by: \.block)
        let models = grouped.filter(\.isOfModel)
        blocks = rated(
            models.filter { $0.part == "teacher" } + models.filter { $0.part == "student" }
                + grouped.filter { !$0.isOfModel })
        kernels = rated(all.sorted { $0.ms > $1.ms })
    }
}

/// So many decimals.
func rounded(_ value: Double, _ decimals: Int = 3) -> Double {
    let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
    return (value * scale).rounded() / scale
}
