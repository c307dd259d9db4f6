import ArgumentParser
import Collectives
import Configuration
import Diagnostics

/// `swift-distill bench`: the speed of the training step.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures the training step, the teacher and the student.",
        discussion: """
            Fresh models on images made of noise; the step is the one that a run takes, without loading. Steps that are \
            profiled come after the timed ones, and say where the time goes. With --data the way from files to batches \
            instead, without a model. Works under mpirun.

            EXAMPLES
              swift-distill bench --imgsz 320 --batch 8
              swift-distill bench --json >before.json
              swift-distill bench --against before.json
              mpirun -np 2 swift-distill bench --model-ranks 8,64,512 --bandwidth-gbit 10
              swift-distill bench --data data.yaml
            """)

    @Option(help: "Folder or data.yaml: measures loading from it, stage by stage.") var data: String?

    @Option(help: "Student: yolov8 with n, s, m, l or x.") var student = "yolov8n"
    @Option(help: "Teacher.") var teacher = "yolov8m"
    @Option(help: "Side of the images in pixels, a multiple of 32.") var imgsz = 640
    @Option(help: "Images per rank and step.") var batch = 4
    @Option(help: "Timed steps; by itself 5, for --data 32. Others come before.") var steps: Int?
    @Option(help: "Compute threads per rank; 0 for those a run would choose.") var threads = 0
    @Flag(help: "Compute the student's maps twice instead of keeping them.") var checkpointActivations = false
    @Option(help: "Algorithms of convolutions, as the recipe's key: measured, fixed, a name or a file.")
    var convolutions = Recipe().convolutions
    @Flag(help: "Measure how fast kernels move memory, too.") var kernels = false
    @Option(help: "Steps that are profiled, kernel by kernel; 0 for none.") var profile = 3
    @Option(help: "Compare with this result of --json, which must have the same settings.") var against: String?
    @Option(help: "Compare this result of --json instead of measuring.") var result: String?
    @Flag(help: "Print one line of JSON.") var json = false
    @OptionGroup var scaling: ScalingOptions

    func validate() throws {
        guard (32...4096).contains(imgsz), imgsz % 32 == 0 else {
            throw ValidationError("--imgsz is a multiple of 32 up to 4096")
        }
        guard (1...4096).contains(batch) else { throw ValidationError("--batch is 1 to 4096") }
        guard (1...100_000).contains(steps ?? 1) else { throw ValidationError("--steps is 1 to 100000") }
        guard (0...1000).contains(profile) else { throw ValidationError("--profile is 0 to 1000") }
        guard result == nil || against != nil else { throw ValidationError("--result needs --against") }
        guard (0...4096).contains(threads) else { throw ValidationError("--threads is 0 to 4096") }
    }

    func run() throws {
        try Session.run(Self.configuration.commandName, stopsItself: true) { ranks in
            // Before anything is measured: a file that cannot be compared with should not cost minutes.
            let earlier =
                ranks.rank == 0
                ? try against.map { (file: $0, result: try EarlierResult(file: FilePath.expanded($0))) } : nil
            if let result {
                if let earlier { try compare(result, with: earlier) }
                return .done
            }
            let options = BenchOptions(
                student: student, teacher: teacher, size: imgsz, batch: batch, steps: steps ?? (data == nil ? 5 : 32),
                threads: threads, checkpointsActivations: checkpointActivations, measuresKernels: kernels,
                profiledSteps: profile,
                compression: scaling.gradientCompression, convolutions: convolutions)
            if let data {
                let result = try DataBench(FilePath.expanded(data), options, ranks: ranks).run()
                if let result { print(json ? try result.json() : result.text) }
                return .done
            }
            if scaling.sweep { return try Sweep(options, scaling, ranks: ranks).run(json: json) }
            if !scaling.modelRanks.isEmpty { return try RankForecast(options, scaling, ranks: ranks).run(json: json) }
            let bench = try Bench(options, ranks: ranks)
            try earlier?.result.refuse(unlike: bench.settings, file: earlier?.file ?? "")
            switch try bench.run() {
            case .stopped: return .stopped
            case .done(var result):
                if let earlier { try result?.compare(with: earlier.result, file: earlier.file) }
                if let result { print(json ? try result.json() : result.text) }
                return .done
            }
        }
    }

    private func compare(_ file: String, with earlier: (file: String, result: EarlierResult)) throws {
        let now = try EarlierResult(file: FilePath.expanded(file))
        try earlier.result.refuse(unlike: now.settings, file: earlier.file)
        let comparison = BenchComparison(now, against: earlier.result, file: earlier.file)
        print(json ? try BenchResult.json(comparison) : comparison.text)
    }
}
