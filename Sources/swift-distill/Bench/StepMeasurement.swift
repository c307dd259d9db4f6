import Collectives
import Foundation
import Training

/// What one rank sees of the exchange of gradients over the measured steps.
struct StepMeasurement: Codable {
    /// A bucket of gradients; times in seconds after the way back ended, so that those before are hidden by it.
    struct Bucket: Codable {
        var count: Int
        var bytes: Int
        var setOut: Double
        var arrived: Double
    }

    /// Wall time of each step.
    private(set) var seconds: [Double] = []
    /// Parts of them that this rank waited for others.
    private(set) var waits: [RankWaits] = []
    /// Of each step.
    private(set) var buckets: [[Bucket]] = []

    /// Takes a step in.
    mutating func add(_ report: StepReport, seconds: Double, _ exchange: GradientExchange) {
        self.seconds.append(seconds)
        waits.append(report.waits)
        buckets.append(
            exchange.trips.map { trip in
                Bucket(
                    count: trip.count, bytes: trip.bytes, setOut: trip.times.started - exchange.walkedBack,
                    arrived: trip.times.ended - exchange.walkedBack)
            })
    }

    /// Without the first step, which fills pools and makes connections.
    var steady: StepMeasurement {
        var result = self
        result.seconds.removeFirst()
        result.waits.removeFirst()
        result.buckets.removeFirst()
        return result
    }

    /// Medians over the steps.
    var medianBuckets: [Bucket] {
        (buckets.first ?? []).indices.map { index in
            let own = buckets.map { $0[index] }
            return Bucket(
                count: own[0].count, bytes: own[0].bytes, setOut: BenchTimes.middle(own.map(\.setOut)),
                arrived: BenchTimes.middle(own.map(\.arrived)))
        }
    }

    /// Median seconds of a step in which this rank did not wait for others.
    var computing: Double {
        BenchTimes.middle(zip(seconds, waits).map { $0 - $1.agreement - $1.sums })
    }
}

/// What the exchange of gradients costs all ranks together.
struct ExchangeResult: Encodable {
    /// Share of the step's time that sums were waited for after the way back, on the rank that came last: all-reduce that
    /// nothing hid.
    var exposedShare: Double
    /// Share of the step's time that ranks waited for later ones, on average.
    var lateShare: Double
    /// Bytes of gradients and statistics that a rank contributes.
    var bytesPerStep: Int
    /// On rank 0.
    let buckets: [StepMeasurement.Bucket]
    /// Median seconds of a step of the slowest rank without waiting.
    let computing: Double

    private enum CodingKeys: String, CodingKey { case exposedShare, lateShare, bytesPerStep }

    /// Nil on ranks other than 0; all ranks call it.
    init?(_ own: StepMeasurement, ranks: any Communicator) throws {
        guard let parts = try ranks.gather(Array(try JSONEncoder().encode(own.steady))) else { return nil }
        let all = try parts.map { try JSONDecoder().decode(StepMeasurement.self, from: Data($0)) }
        let steps = all[0].seconds.indices
        let shares = steps.map { step -> (exposed: Double, late: Double) in
            let seconds = all.map { $0.seconds[step] }.max() ?? 0
            let waits = all.map { $0.waits[step] }
            let exposed = waits.map(\.sums).min() ?? 0
            let late = waits.reduce(0) { $0 + $1.agreement + $1.sums - exposed } / Double(waits.count)
            return (exposed / seconds, late / seconds)
        }
        exposedShare = BenchTimes.middle(shares.map(\.exposed))
        lateShare = BenchTimes.middle(shares.map(\.late))
        buckets = all[0].medianBuckets
        bytesPerStep = buckets.reduce(0) { $0 + $1.bytes }
        computing = all.map(\.computing).max() ?? 0
    }

    /// A line for people.
    var summary: String {
        String(
            format: "all-reduce of %.1f MB a step: %.1f %% of the step exposed (waited for after the way back); "
                + "ranks wait %.1f %% for later ones", Double(bytesPerStep) / 1e6, 100 * exposedShare,
            100 * lateShare)
    }

    /// When each bucket set out and was there.
    var timeline: String {
        var table = TextTable(["bucket", "values", "MB", "set out, ms", "there, ms"])
        for (number, bucket) in buckets.enumerated() {
            table.add([
                number == 0 ? "statistics" : "\(number)", "\(bucket.count)",
                String(format: "%.2f", Double(bucket.bytes) / 1e6), String(format: "%+.1f", 1e3 * bucket.setOut),
                String(format: "%+.1f", 1e3 * bucket.arrived),
            ])
        }
        return "gradients on rank 0, from the end of the way back:\n\(table)"
    }
}
