import Foundation

/// How a measurement stands against an earlier one; ratios are then ÷ now, above 1 where it has become faster.
struct BenchComparison: Encodable {
    /// A kernel that takes another time than it took.
    struct Kernel: Encodable {
        var block: String
        var kernel: String
        var shape: String
        /// Nil where it is no convolution, or did not exist.
        var thenAlgorithm: String?
        var nowAlgorithm: String?
        /// Nil where it did not exist.
        var thenMs: Double?
        var nowMs: Double?
        var ratio: Double?
    }

    var file: String
    var program: String
    var processor: String
    var step: Double
    var teacher: Double
    var student: Double
    /// Those that changed, the largest difference first; empty when one of the two has no profile.
    var kernels: [Kernel]

    private let times: [Times]
    private let hasProfiles: Bool
    private let isOtherProcessor: Bool

    fileprivate struct Times {
        var name: String
        var then: Double
        var now: Double
    }

    private enum CodingKeys: String, CodingKey { case file, program, processor, step, teacher, student, kernels }

    /// What a kernel's time must change by to be worth a line, as a part of the larger one, and of the whole step.
    private static let threshold = 0.1
    private static let leastShare = 0.001

    /// - Parameter file: of `then`.
    init(_ now: EarlierResult, against then: EarlierResult, file: String) {
        self.file = file
        program = then.program
        processor = then.processor
        times = [
            Times(name: "training step", then: then.stepMsPerImage, now: now.stepMsPerImage),
            Times(name: "teacher alone", then: then.teacherMsPerImage, now: now.teacherMsPerImage),
            Times(name: "student's step alone", then: then.studentMsPerImage, now: now.studentMsPerImage),
        ]
        (step, teacher, student) = (times[0].ratio, times[1].ratio, times[2].ratio)
        hasProfiles = then.profile != nil && now.profile != nil
        isOtherProcessor = then.processor != now.processor
        kernels = []
        if let earlier = then.profile, let profile = now.profile {
            kernels = BenchComparison.changed(earlier, profile)
        }
    }

    private static func changed(_ then: StepProfile, _ now: StepProfile) -> [Kernel] {
        struct Place: Hashable {
            var block: String
            var kernel: String?
            var shape: String
        }
        func places(_ profile: StepProfile) -> [Place: ProfileRow] {
            let rows = profile.kernels.grouped { Place(block: $0.block, kernel: $0.kernel, shape: $0.shape) }
            return Dictionary(
                rows.map { (Place(block: $0.block, kernel: $0.kernel, shape: $0.shape), $0) }, uniquingKeysWith: { $1 })
        }
        let (before, after) = (places(then), places(now))
        let kernels = Set(before.keys).union(after.keys).compactMap { place -> Kernel? in
            let (a, b) = (before[place]?.ms ?? 0, after[place]?.ms ?? 0)
            guard abs(a - b) > threshold * max(a, b), abs(a - b) > leastShare * then.stepMs else { return nil }
            return Kernel(
                block: place.block, kernel: place.kernel ?? "", shape: place.shape,
                thenAlgorithm: before[place]?.algorithm, nowAlgorithm: after[place]?.algorithm,
                thenMs: before[place]?.ms, nowMs: after[place]?.ms, ratio: a > 0 && b > 0 ? rounded(a / b) : nil)
        }
        func key(_ kernel: Kernel) -> (Double, String) {
            (-abs((kernel.thenMs ?? 0) - (kernel.nowMs ?? 0)), "\(kernel.block) \(kernel.kernel) \(kernel.shape)")
        }
        return kernels.sorted { key($0) < key($1) }
    }
}

extension BenchComparison.Times {
    fileprivate var ratio: Double { rounded(then / now) }
}

extension BenchComparison {
    private static let shown = 25

    /// Lines for people.
    var text: String {
        var table = TextTable(["against \(file)", "ms/image then", "now", "then / now"])
        for time in times {
            table.add([
                time.name, String(format: "%.1f", time.then), String(format: "%.1f", time.now),
                String(format: "%.2f", time.ratio),
            ])
        }
        var lines = [table.description]
        if isOtherProcessor { lines.append("then the processor was another one: \(processor)") }
        lines.append(kernelText)
        return lines.joined(separator: "\n")
    }

    private var kernelText: String {
        let percent = Int((100 * BenchComparison.threshold).rounded())
        guard hasProfiles else { return "kernels are not compared: one of the two was measured with --profile 0" }
        guard !kernels.isEmpty else { return "no kernel of weight changed by more than \(percent) %" }
        var table = TextTable(
            ["kernels that changed by more than \(percent) %", "shape", "algorithm", "ms then", "now", "then / now"],
            left: 3)
        func milliseconds(_ value: Double?) -> String { value.map { String(format: "%.2f", $0) } ?? "-" }
        for kernel in kernels.prefix(BenchComparison.shown) {
            let algorithms = [kernel.thenAlgorithm, kernel.nowAlgorithm].compactMap { $0 }
            table.add([
                "\(kernel.block) \(kernel.kernel)", kernel.shape,
                Set(algorithms).count == 1 ? algorithms[0] : algorithms.joined(separator: " to "),
                milliseconds(kernel.thenMs), milliseconds(kernel.nowMs), milliseconds(kernel.ratio),
            ])
        }
        let rest = kernels.count - BenchComparison.shown
        return table.description + (rest > 0 ? "\n\(rest) more; --json has all" : "")
    }
}
