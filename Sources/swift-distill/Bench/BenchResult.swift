import Collectives
import Foundation
import Tensors

/// What `bench` measured, for people and as one line of JSON.
struct BenchResult: Encodable {
    /// What one rank measured: medians in seconds, arithmetic in 10⁹ per second.
    struct Own: Codable {
        var step: Double
        var teacher: Double
        var student: Double
        /// CPU time of all threads.
        var stepCPU: Double
        var teacherCPU: Double
        var studentCPU: Double
        var peak: Double
        var memory: BenchMemory
    }

    /// Of this JSON.
    var format = EarlierResult.format
    var program: String
    /// Of rank 0's host.
    var processor: String
    var student: String
    var teacher: String
    var imgsz: Int
    var batch: Int
    var steps: Int
    /// Per rank.
    var threads: Int
    var ranks: Int
    var checkpointActivations: Bool
    var gradientCompression: String
    var blasKernel: String
    /// Of the slowest rank, per image of a rank.
    var studentMsPerImage: Double
    var teacherMsPerImage: Double
    var stepMsPerImage: Double
    /// CPU time of all threads: also comparable on a machine that does other things.
    var studentCpuMsPerImage: Double
    var teacherCpuMsPerImage: Double
    var stepCpuMsPerImage: Double
    /// CPU time ÷ (wall time × threads): how busy a rank's threads are.
    var studentThreadsBusy: Double
    var teacherThreadsBusy: Double
    var stepThreadsBusy: Double
    /// All ranks together.
    var imagesPerSecond: Double
    var slowestRank: Int
    /// Of the rank that needs most.
    var peakRssMb: Int
    /// Of the same rank, in bytes.
    var memory: BenchMemory
    /// Nil where they were not asked for.
    var kernels: KernelBandwidths?
    /// Multiply-adds of the convolutions count as two operations; a step goes through the student three times.
    var gflopPerImage: Double
    var gflops: Double
    /// What all threads of all ranks can do at most.
    var peakGflops: Double
    /// Algorithms that save multiplications can bring this above 1.
    var shareOfPeak: Double
    /// What ranks wait for each other.
    var exchange: ExchangeResult?
    /// Nil where none was asked for.
    var profile: StepProfile?
    /// Nil where there was nothing to compare with.
    var against: BenchComparison?

    /// Nil on ranks other than 0; all ranks call it.
    init?(
        _ own: Own, _ options: BenchOptions, ranks: any Communicator, operations: (student: Double, teacher: Double),
        kernels: KernelBandwidths?
    ) throws {
        guard let parts = try ranks.gather(Array(try JSONEncoder().encode(own))) else { return nil }
        let all = try parts.map { try JSONDecoder().decode(Own.self, from: Data($0)) }
        program = "swift-distill \(SwiftDistill.configuration.version)"
        processor = HostProbe.processor
        student = options.student
        teacher = options.teacher
        imgsz = options.size
        batch = options.batch
        steps = options.steps
        threads = Threads.count
        self.ranks = all.count
        checkpointActivations = options.checkpointsActivations
        gradientCompression = options.compression.rawValue
        blasKernel = matrixProductKernel
        let perImage = 1e3 / Double(options.batch)
        let step = all.map(\.step).max() ?? 0
        slowestRank = all.firstIndex { $0.step == step } ?? 0
        studentMsPerImage = rounded(perImage * (all.map(\.student).max() ?? 0))
        teacherMsPerImage = rounded(perImage * (all.map(\.teacher).max() ?? 0))
        stepMsPerImage = rounded(perImage * step)
        studentCpuMsPerImage = rounded(perImage * (all.map(\.studentCPU).max() ?? 0))
        teacherCpuMsPerImage = rounded(perImage * (all.map(\.teacherCPU).max() ?? 0))
        stepCpuMsPerImage = rounded(perImage * (all.map(\.stepCPU).max() ?? 0))
        studentThreadsBusy = BenchResult.busy(all, \.studentCPU, \.student)
        teacherThreadsBusy = BenchResult.busy(all, \.teacherCPU, \.teacher)
        stepThreadsBusy = BenchResult.busy(all, \.stepCPU, \.step)
        let speed = Double(options.batch * all.count) / step
        imagesPerSecond = rounded(speed)
        memory = all.map(\.memory).max { $0.peak < $1.peak } ?? own.memory
        peakRssMb = memory.peak / 1_048_576
        self.kernels = kernels
        let operationsPerImage = 3 * operations.student + operations.teacher
        let peak = all.reduce(0) { $0 + $1.peak }
        gflopPerImage = rounded(operationsPerImage / 1e9)
        gflops = rounded(speed * operationsPerImage / 1e9)
        peakGflops = rounded(peak)
        shareOfPeak = rounded(speed * operationsPerImage / 1e9 / peak)
    }

    private static func busy(_ all: [Own], _ cpu: KeyPath<Own, Double>, _ wall: KeyPath<Own, Double>) -> Double {
        let shares = all.map { $0[keyPath: cpu] / $0[keyPath: wall] / Double(Threads.count) }
        return rounded(shares.reduce(0, +) / Double(all.count))
    }

    /// Says how this stands against an earlier result of the same settings.
    mutating func compare(with earlier: EarlierResult, file: String) throws {
        against = BenchComparison(try EarlierResult(json: Data(try json().utf8)), against: earlier, file: file)
    }

    /// One line.
    func json() throws -> String { try BenchResult.json(self) }

    /// One line of JSON in the form of results.
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Lines for people.
    var text: String {
        var table = TextTable(["", "ms/image", "images/s", "CPU ms/image", "threads busy, %"])
        for (name, time, cpu, busy) in [
            ("training step", stepMsPerImage, stepCpuMsPerImage, stepThreadsBusy),
            ("teacher alone", teacherMsPerImage, teacherCpuMsPerImage, teacherThreadsBusy),
            ("student's step alone", studentMsPerImage, studentCpuMsPerImage, studentThreadsBusy),
        ] {
            let perSecond = 1e3 * Double(ranks) / max(time, 1e-9)
            table.add([
                name, String(format: "%.1f", time), String(format: "%.2f", perSecond), String(format: "%.1f", cpu),
                String(format: "%.0f", 100 * busy),
            ])
        }
        return """
            \(program): \(teacher) to \(student), \(imgsz) x \(imgsz), batch \(batch), \(threads) threads on each of \
            \(ranks) ranks, BLAS kernel \(blasKernel)
            \(table)
            \(gflopPerImage) GFLOP per image: \(gflops) GFLOP/s, \(Int((100 * shareOfPeak).rounded())) % of the \
            \(peakGflops) GFLOP/s that these cores can do
            medians of \(steps) steps on rank \(slowestRank), the slowest
            \(memory.text)\(kernels.map { "\n\($0.text)" } ?? "")
            """ + (exchange.map { ranks > 1 ? "\n\($0.summary)\n\($0.timeline)" : "" } ?? "")
                + [profile?.text, against?.text].compactMap { $0 }.map { "\n\n\($0)" }.joined()
    }
}
