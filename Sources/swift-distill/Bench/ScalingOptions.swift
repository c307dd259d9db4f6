import ArgumentParser
import Configuration

/// Words of `bench` about how its numbers grow.
struct ScalingOptions: ParsableArguments {
    @Option(name: .customLong("gradient-compression"), help: "Sum gradients as none, bf16 or fp16.")
    var gradientCompression = GradientCompression.none
    @Flag(help: "Measure whole steps over a grid of threads, batches and image sizes, on the ranks there are.")
    var sweep = false
    @Option(help: "Threads of --sweep, such as 1,2; else 1, 2, 4 … up to those a run would choose.")
    var sweepThreads = CountList(counts: [])
    @Option(help: "Batches of --sweep.") var sweepBatch = CountList(counts: [1, 2, 4, 8])
    @Option(help: "Image sizes of --sweep.") var sweepImgsz = CountList(counts: [320, 640])
    @Option(help: "Predict the step on these numbers of ranks, such as 8,64,512, from one that is measured here.")
    var modelRanks = CountList(counts: [])
    @Option(help: "The network's latency for --model-ranks: microseconds of the shortest message, one way.")
    var latencyUs = 50.0
    @Option(help: "The network's bandwidth for --model-ranks: Gbit/s of a host, each way.") var bandwidthGbit = 1.0
    @Option(help: "Ranks per host for --model-ranks, which share its bandwidth.") var ranksPerHost = 1

    func validate() throws {
        guard sweepBatch.counts.allSatisfy({ (1...4096).contains($0) }) else {
            throw ValidationError("--sweep-batch is numbers from 1 to 4096")
        }
        guard sweepImgsz.counts.allSatisfy({ (32...4096).contains($0) && $0 % 32 == 0 }) else {
            throw ValidationError("--sweep-imgsz is multiples of 32 up to 4096")
        }
        guard (sweepThreads.counts + modelRanks.counts + [ranksPerHost]).allSatisfy({ (1...1_000_000).contains($0) })
        else { throw ValidationError("numbers of threads and ranks are at least 1") }
        guard latencyUs >= 0, latencyUs < 1e7 else { throw ValidationError("--latency-us is not below 0") }
        guard bandwidthGbit > 0, bandwidthGbit < 1e6 else { throw ValidationError("--bandwidth-gbit is above 0") }
    }
}

/// Whole numbers between commas.
struct CountList: ExpressibleByArgument {
    var counts: [Int]

    init(counts: [Int]) { self.counts = counts }

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard !parts.contains(nil) else { return nil }
        counts = parts.compactMap { $0 }
    }

    var defaultValueDescription: String { counts.map(String.init).joined(separator: ",") }
    var isEmpty: Bool { counts.isEmpty }
}

extension GradientCompression: ExpressibleByArgument {}
