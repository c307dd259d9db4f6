import Foundation

/// Predicts the time of a training step on many ranks of a network, from what one rank measured.
///
/// The step of a rank is `T(R) = C + c·V(R) + 2·A(R) + E(R)`:
///
/// - `C`: forward, backward, update: what a rank computes, the same for any R as `batch` is per rank.
/// - `c·V`: the CPU time that sending, receiving and adding takes from computing, where all cores compute; V are the bytes
///   that a rank sends.
/// - `A`: a small sum, entered after the forward and after the backward passes: `⌈log₂R⌉` rounds of one message.
/// - `E`: what of the gradients' sums the way back does not hide. Bucket b sets out at `r_b`, and one follows the other
///   over the link: `f_b = max(r_b, f_{b−1}) + t_b(R)`, `E = max(0, f_last − end of the way back)`.
///
/// A round costs `α + δ`: the network's latency, and until a sleeping thread at its end looks. A bucket of n bytes takes
///
/// - on two ranks `α + δ + n/β`: both send all, and add (recursive doubling);
/// - on R = 2^k ranks `2k·3(α + δ) + 2(1 − 1/R)·n/β`: Rabenseifner's reduce-scatter by recursive halving, then all-gather by
///   recursive doubling, whose messages are announced and asked for before they are sent; below 64 KB
///   `k(α + δ + n/β)`, recursive doubling;
/// - on other R two messages of n bytes more: ranks beyond the power of two hand in before, and get the sum after.
///
/// With h ranks per host only `1 − h/R` of the bytes leave
/// it, and β is the host's. Not in it: unequal ranks, other traffic, validation, checkpoints, loading.
///
/// Sources: Thakur, Rabenseifner, Gropp, "Optimization of Collective Communication Operations in MPICH", 2005.
struct StepModel {
    /// Gradients that are summed together.
    struct Bucket {
        var bytes: Double
        /// Seconds before the end of the way back at which it sets out.
        var ready: Double
    }

    /// Between two hosts.
    struct Network {
        /// Seconds of the shortest message, one way.
        var latency: Double
        /// Bytes per second and direction of a host.
        var bandwidth: Double
        var ranksPerHost = 1
        /// Seconds until a thread that looks now and then sees what has come.
        var attention = 200e-6
        /// CPU seconds per byte that is sent, of which as many are received and added.
        var work = 2e-9
    }

    /// What a step on so many ranks is made of, in seconds.
    struct Prediction {
        var ranks: Int
        var computing: Double
        var work: Double
        var agreeing: Double
        var exposed: Double
        /// Of the sums of all buckets, if nothing hid them.
        var summing: Double

        var step: Double { computing + work + agreeing + exposed }
    }

    /// C.
    var computing: Double
    /// In the order in which they set out.
    var buckets: [Bucket]
    var network: Network

    func predict(ranks: Int) -> Prediction {
        var finished = -Double.infinity
        var total = 0.0
        for bucket in buckets {
            let seconds = seconds(bucket.bytes, ranks)
            finished = max(-bucket.ready, finished) + seconds
            total += seconds
        }
        let sent = buckets.reduce(0) { $0 + traffic($1.bytes, ranks) }
        return Prediction(
            ranks: ranks, computing: computing, work: network.work * sent, agreeing: 2 * agreeing(ranks),
            exposed: ranks == 1 ? 0 : max(0, finished), summing: total)
    }

    /// A(R).
    private func agreeing(_ ranks: Int) -> Double {
        guard ranks > 1 else { return 0 }
        let rounds = log2(Double(ranks)).rounded(.up)
        // Open MPI sums small vectors of other numbers of ranks up a tree and sends the result down.
        return (isPowerOfTwo(ranks) ? 1 : 2) * rounds * round
    }

    /// t(R) of so many bytes.
    private func seconds(_ bytes: Double, _ ranks: Int) -> Double {
        guard ranks > 1 else { return 0 }
        let rounds = log2(Double(ranks)).rounded(.down)
        let extra = isPowerOfTwo(ranks) ? 0.0 : 2.0
        let wire = traffic(bytes, ranks) * leaving(ranks) / network.bandwidth * Double(sharers(ranks))
        if ranks == 2 || bytes < StepModel.small { return (rounds + extra) * round + wire }
        return (2 * rounds + extra) * StepModel.handshake * round + wire
    }

    /// Bytes that a rank sends for the sum of so many.
    private func traffic(_ bytes: Double, _ ranks: Int) -> Double {
        guard ranks > 1 else { return 0 }
        let power = pow(2, log2(Double(ranks)).rounded(.down))
        let extra = isPowerOfTwo(ranks) ? 0 : bytes
        if ranks == 2 { return bytes }
        if bytes < StepModel.small { return log2(power) * bytes + extra }
        return 2 * (1 - 1 / power) * bytes + extra
    }

    /// Part of a rank's bytes that go to other hosts: the large halves stay among neighbours.
    private func leaving(_ ranks: Int) -> Double {
        let own = Double(sharers(ranks))
        return (1 / own - 1 / Double(ranks)) / (1 - 1 / Double(ranks))
    }

    private func sharers(_ ranks: Int) -> Int { min(network.ranksPerHost, ranks) }

    private var round: Double { network.latency + network.attention }

    private func isPowerOfTwo(_ ranks: Int) -> Bool { ranks & (ranks - 1) == 0 }

    /// Messages below this many bytes are sent at once, and sums below it in as few messages as can be.
    private static let small = 65_536.0
    /// Messages per large message: announcement, answer, content.
    private static let handshake = 3.0
}
