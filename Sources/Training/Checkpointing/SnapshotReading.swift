import Checkpoints
import Collectives
import Diagnostics
import Foundation

extension Snapshot {
    /// What a checkpoint file says.
    ///
    /// - Parameter path: the file in messages.
    /// - Throws: `Problem` when it is no checkpoint, of another format version, lacks something, or has a number that
    ///   cannot be.
    public init(_ tensors: SafeTensors, path: String) throws {
        let text = SnapshotText(metadata: tensors.metadata, path: path)
        try text.requireFormat()
        self.tensors = tensors
        self.path = path
        progress = try text.json("progress", Progress.self)
        tally = try text.json("tally", EpochTally.self)
        row = tensors.metadata["results_row"]
        optimizer = try text.string("optimizer")
        optimizerSteps = try text.count("optimizer_steps")
        averageUpdates = try text.count("ema_updates")
        stepsTracked = try text.count("steps_tracked")
        facts = RunFacts(
            programVersion: try text.string("program_version"), recipe: try text.string("recipe"),
            model: tensors.metadata.filter { ["table", "names", "strides", "imgsz"].contains($0.key) },
            teacherDigest: try text.string("teacher_digest"), dataDigest: try text.string("data_digest"),
            shards: try text.count("shards"), convolutions: tensors.metadata["convolutions"] ?? "")
        try checkNumbers()
    }

    /// Reads `weights/last` of a run folder, or a checkpoint file, on rank 0, and tells all ranks.
    ///
    /// No other rank touches the file, so that a stale view of a network disk cannot split them.
    ///
    /// - Returns: the snapshot, and a warning for the user when the one before the newest had to do.
    /// - Throws: `Problem` when no sound checkpoint is there.
    public static func load(_ place: CheckpointPlace, ranks: any Communicator) throws -> (Snapshot, warning: String?) {
        var warning: String?
        var path = place.file
        var bytes: [UInt8] = []
        if ranks.rank == 0 {
            let loaded = try CheckpointFolder.load(place.name, in: place.folder)
            warning = loaded.warning
            path = loaded.path
            bytes = ranks.size == 1 ? [] : try loaded.tensors.serialized()
            if ranks.size == 1 { return (try Snapshot(loaded.tensors, path: path), warning) }
        }
        path = String(decoding: try ranks.broadcast(Array(path.utf8)), as: UTF8.self)
        let tensors = try SafeTensors(bytes: try ranks.broadcast(bytes), path: path)
        return (try Snapshot(tensors, path: path), warning)
    }
}

extension Snapshot {
    /// What to do about a checkpoint that cannot be.
    static let remedy = "Resume from a checkpoint that this program wrote, or start a new run"
}

/// The text of a checkpoint, with messages for what is missing.
private struct SnapshotText {
    let metadata: [String: String]
    let path: String

    func problem(_ message: String) -> Problem {
        Problem(message, file: path, remedy: Snapshot.remedy)
    }

    func requireFormat() throws {
        guard metadata["format"] == ModelFile.checkpointFormat else {
            throw Problem(
                "is no checkpoint of a run, so it cannot be resumed", file: path,
                remedy: "To start from its weights set `pretrained`; to resume give the folder of a run")
        }
        let version = try count("format_version")
        guard version == Snapshot.formatVersion else {
            throw Problem(
                "has checkpoint format \(version), this program reads \(Snapshot.formatVersion)", file: path,
                remedy: "Resume with swift-distill \(metadata["program_version"] ?? "of that time")")
        }
    }

    func string(_ key: String) throws -> String {
        guard let value = metadata[key] else { throw problem("lacks '\(key)'") }
        return value
    }

    func count(_ key: String) throws -> Int {
        guard let value = Int(try string(key)) else { throw problem("has no count in '\(key)'") }
        return value
    }

    func json<Value: Decodable>(_ key: String, _ type: Value.Type) throws -> Value {
        do { return try SnapshotLayout.value(type, try string(key)) } catch let missing as Problem {
            throw missing
        } catch { throw problem("has an unreadable '\(key)'") }
    }
}
