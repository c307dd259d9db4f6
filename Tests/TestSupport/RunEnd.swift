import Checkpoints
import Diagnostics
import Foundation

/// What a finished run leaves that may not depend on when it was killed, or on which call failed once.
public struct RunEnd: Sendable {
    /// Tensors by name, by file: every checkpoint but the one before the last, and the registry's model.
    public var tensors: [String: [String: SafeTensors.Entry]] = [:]
    /// What the last checkpoint counts.
    public var counts: [String: String] = [:]
    /// Rows of `results.csv`, without times.
    public var rows: [[String]]
    /// Lines of `events.jsonl` and `metrics.jsonl`, without times.
    public var lines: [String]
    /// Names in the folder of checkpoints.
    public var names: [String]

    /// Reads what is there.
    ///
    /// - Parameters:
    ///   - run: the run folder.
    ///   - registry: its `registry`.
    /// - Throws: `Problem` when a file is damaged.
    public init(run: URL, registry: URL) throws {
        let weights = run.appending(path: "weights")
        names = try FileManager.default.contentsOfDirectory(atPath: weights.path).sorted()
        for name in names where name.hasSuffix(".safetensors") && !name.hasSuffix(".prev.safetensors") {
            let file = try SafeTensors(contentsOf: weights.appending(path: name).path)
            try file.checkSeal(path: name)
            tensors[name] = file.entries
            if name == "last.safetensors" { counts = try Self.counts(file.metadata) }
        }
        let result = registry.appending(path: "model_registry/distilled/latest/model.safetensors")
        tensors["registry"] = try SafeTensors(contentsOf: result.path).entries
        rows = try Self.rows(of: run)
        lines = try ["events.jsonl", "metrics.jsonl"].flatMap { try Self.lines(of: run.appending(path: $0)) }
    }

    /// Where this end differs from another, in words; nil when it does not.
    public func difference(from other: RunEnd) -> String? {
        if names != other.names { return "files \(names), not \(other.names)" }
        for (file, entries) in other.tensors.sorted(by: { $0.key < $1.key }) {
            guard let mine = tensors[file] else { return "\(file) is missing" }
            let names = Set(mine.keys).union(entries.keys)
            let changed = names.filter { mine[$0] != entries[$0] }.sorted()
            if let first = changed.first { return "\(file): \(changed.count) other tensors, the first is \(first)" }
        }
        for (key, value) in other.counts where counts[key] != value {
            return "\(key) of last: \(counts[key] ?? "missing"), not \(value)"
        }
        if rows != other.rows { return "results.csv: \(rows), not \(other.rows)" }
        for (mine, line) in zip(lines, other.lines) where mine != line { return "a line \(mine), not \(line)" }
        return lines.count == other.lines.count ? nil : "\(lines.count) lines, not \(other.lines.count)"
    }

    /// Columns of `results.csv` that do not tell the time, a line per epoch.
    static func rows(of run: URL) throws -> [[String]] {
        let text = try String(contentsOf: run.appending(path: "results.csv"), encoding: .utf8)
        let rows = text.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
        let timed = ["time", "images_per_second"].compactMap { rows.first?.firstIndex(of: $0) }
        return rows.map { row in row.enumerated().filter { !timed.contains($0.offset) }.map(\.element) }
    }

    private static func counts(_ metadata: [String: String]) throws -> [String: String] {
        var counts = metadata.filter {
            ["optimizer", "optimizer_steps", "ema_updates", "steps_tracked"].contains($0.key)
        }
        counts["progress"] = try untimed(metadata["progress"] ?? "")
        return counts
    }

    /// What a line says about time, or about the name of its run.
    private static let timed: Set = [
        "seconds", "time", "images_per_second", "loading_share", "agreement_share", "exposed_share",
        "loading_ms_per_image", "run",
    ]

    /// An object of JSON in one form, without what tells the time.
    private static func untimed(_ json: String) throws -> String {
        guard var object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any] else {
            throw Problem("is no object: \(json)", exit: .badData)
        }
        for key in timed { object[key] = nil }
        return String(decoding: try JSONSerialization.data(withJSONObject: object, options: .sortedKeys), as: UTF8.self)
    }

    private static func lines(of file: URL) throws -> [String] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { try untimed(String($0)) }
    }
}
