import ArgumentParser
import Collectives
import Diagnostics

/// `swift-distill bench`: the speed of the training step.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures the training step, the teacher and the student.",
        discussion: """
            Fresh models on images made of noise; no files are read. With --data the way from files to batches instead, \
            without a model. Works under mpirun.
            """)

    @Option(help: "Folder or data.yaml: measures loading from it, stage by stage.") var data: String?

    @Option(help: "Student: yolov8 with n, s, m, l or x.") var student = "yolov8n"
    @Option(help: "Teacher.") var teacher = "yolov8m"
    @Option(help: "Side of the images in pixels, a multiple of 32.") var imgsz = 640
    @Option(help: "Images per rank and step.") var batch = 4
    @Option(help: "Timed steps; by itself 5, for --data 32. Others come before.") var steps: Int?
    @Option(help: "Compute threads per rank; 0 for those a run would choose.") var threads = 0
    @Flag(help: "Compute the student's maps twice instead of keeping them.") var checkpointActivations = false
    @Flag(help: "Measure how fast kernels move memory, too.") var kernels = false
    @Flag(help: "Print one line of JSON.") var json = false
    @OptionGroup var scaling: ScalingOptions

    func validate() throws {
        guard (32...4096).contains(imgsz), imgsz % 32 == 0 else {
            throw ValidationError("--imgsz is a multiple of 32 up to 4096")
        }
        guard (1...4096).contains(batch) else { throw ValidationError("--batch is 1 to 4096") }
        guard (1...100_000).contains(steps ?? 1) else { throw ValidationError("--steps is 1 to 100000") }
        guard (0...4096).contains(threads) else { throw ValidationError("--threads is 0 to 4096") }
    }

    func run() throws {
        try Session.run(Self.configuration.commandName) { ranks in
            let options = BenchOptions(
                student: student, teacher: teacher, size: imgsz, batch: batch, steps: steps ?? (data == nil ? 5 : 32),
                threads: threads, checkpointsActivations: checkpointActivations, measuresKernels: kernels,
                compression: scaling.gradientCompression)
            if let data {
                let result = try DataBench(data, options, ranks: ranks).run()
                if let result { print(json ? try result.json() : result.text) }
                return .done
            }
            if scaling.sweep { return try Sweep(options, scaling, ranks: ranks).run(json: json) }
            if !scaling.modelRanks.isEmpty { return try RankForecast(options, scaling, ranks: ranks).run(json: json) }
            switch try Bench(options, ranks: ranks).run() {
            case .stopped: return .stopped
            case .done(let result):
                if let result { print(json ? try result.json() : result.text) }
                return .done
            }
        }
    }
}
