import Checkpoints
import Foundation

/// A whole run of the program that takes seconds: 24 drawn scenes, the embedded teacher, a pico student, 21 steps.
public struct SceneRun: Sendable {
    /// Holds the scenes, the run folders and the registries.
    public let folder: Folder
    private let recipe: [String]

    /// Draws the scenes.
    ///
    /// - Parameter changes: words of the command line that win over this run's.
    public init(_ changes: String...) throws {
        folder = try Folder()
        let teacher = ProgramRun.root.appending(path: "configs/models/wildfire-teacher.safetensors").path
        recipe =
            [
                "teacher=\(teacher)", "student=yolov8p", "distillation_dataset=scenes", "imgsz=64", "shards=4",
                "batch=2", "nbs=8", "epochs=7", "optimizer=AdamW", "lr0=0.001", "close_mosaic=2", "workers=1",
                "threads=1", "registry=registry", "project=runs", "exist_ok=true", "log_every=batch",
            ] + changes
        let drawn = try Program.run("synth", "scenes", "--train", "24", "--val", "4", "--size", "64", in: folder.url)
        guard drawn.code == 0 else { throw CocoaError(.fileNoSuchFile, userInfo: ["said": drawn.errors]) }
    }

    /// Trains under `mpirun` into the run folder `name`.
    @discardableResult
    public func train(
        _ name: String, ranks: Int, _ changes: String...,
        during: (_ mpirun: Int32, _ output: () -> String) throws -> Void = { _, _ in }
    ) throws -> ProgramRun.Outcome {
        try ProgramRun.ranks(ranks, [Program.path] + words(name) + changes, in: folder.url, during: during)
    }

    /// The command line that trains into the run folder `name`.
    public func words(_ name: String) throws -> [String] {
        // The recipe comes from words alone: the configuration is an empty file.
        let config = folder.url.appending(path: "empty.yaml")
        try Data("# words of the command line say everything\n".utf8).write(to: config)
        return ["train", config.path, "name=\(name)"] + recipe
    }

    /// The run's folder.
    public func place(_ name: String) -> URL { folder.url.appending(path: "runs/\(name)") }

    /// Folder of the run's checkpoints.
    public func weights(_ name: String) -> URL { place(name).appending(path: "weights") }

    /// Everything that was trained, bit for bit: weights, statistics, their average, and the optimizer's state.
    public func numbers(_ name: String, of checkpoint: String = "last") throws -> [String: SafeTensors.Entry] {
        try SafeTensors(contentsOf: weights(name).appending(path: "\(checkpoint).safetensors").path).entries
    }

    /// Columns of `results.csv` that do not tell the time, a line per epoch.
    public func results(_ name: String) throws -> [[String]] { try RunEnd.rows(of: place(name)) }

    /// Steps that the run has written down.
    public func steps(_ name: String) -> Int {
        let file = place(name).appending(path: "events.jsonl")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.components(separatedBy: "\"event\":\"step\"").count - 1
    }
}
