/// Who keeps the others waiting: ranks whose own computing takes much longer than that of most.
struct SlowRanks {
    /// What a rank did in an epoch's steps, waits for files and for other ranks left out.
    struct Work: Codable, Equatable {
        var host: String
        /// Seconds of computing per step and shard; ranks may carry different numbers of shards.
        var seconds: Double
    }

    /// How much longer than the median rank is said.
    private static let ratio = 1.5

    /// A line for every slow rank, as all ranks' work in rank order tells.
    static func lines(_ work: [Work]) -> [String] {
        // Of two ranks the faster one is what the other is measured by.
        let median = work.map(\.seconds).sorted()[(work.count - 1) / 2]
        guard median > 0 else { return [] }
        return work.enumerated().filter { $1.seconds > ratio * median }.map { rank, work in
            "rank \(rank) (\(work.host)) is slow: it computes \(format(work.seconds)) s per step and shard, the median rank"
                + " \(format(median)) s"
        }
    }
}
