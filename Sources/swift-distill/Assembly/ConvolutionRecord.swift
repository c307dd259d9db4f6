import Checkpoints
import Diagnostics
import Foundation
import Tensors

/// Decided algorithms of convolutions as a file: what a run did, or what is known of a kind of CPU.
struct ConvolutionRecord: Codable, Equatable {
    /// The CPU that they were measured on, for people.
    var cpu: String
    /// Algorithm by task.
    var decided: [String: String]

    init(cpu: String, _ decided: [ConvolutionTask: ConvolutionAlgorithm]) {
        self.cpu = cpu
        self.decided = Dictionary(uniqueKeysWithValues: decided.map { ($0.key.description, $0.value.rawValue) })
    }

    /// - Parameter source: the file in messages.
    /// - Throws: `Problem` when the text is something else.
    init(_ text: Data, source: String) throws {
        do {
            self = try JSONDecoder().decode(ConvolutionRecord.self, from: text)
        } catch {
            throw Problem(
                "is no record of convolutions", file: source,
                remedy: "Give a convolutions.json that a run wrote, or convolutions=measured", exit: .badData)
        }
        for (task, algorithm) in decided
        where ConvolutionTask(task) == nil || ConvolutionAlgorithm(rawValue: algorithm) == nil {
            throw Problem(
                "has a line of no known convolution: \(task): \(algorithm)", file: source,
                remedy: "Give a convolutions.json that this version wrote, or convolutions=measured", exit: .badData)
        }
    }

    /// What it says, task by task.
    var choices: [ConvolutionTask: ConvolutionAlgorithm] {
        decided.reduce(into: [:]) { table, line in
            guard let task = ConvolutionTask(line.key) else { return }
            table[task] = ConvolutionAlgorithm(rawValue: line.value)
        }
    }

    /// One task a line, sorted.
    var text: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return try encoder.encode(self)
        }
    }
}

/// The decisions of this kind of CPU and this version, kept between runs: all runs of a user then choose alike, and only
/// the first one measures.
struct ConvolutionMemory {
    /// The file; its folder may not exist yet.
    let path: String
    let cpu: String

    init(cpu: String) {
        self.cpu = cpu
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        let root = cache ?? NSHomeDirectory() + "/.cache"
        let kind = "\(cpu) \(SwiftDistill.configuration.version) kernels \(ConvolutionTrial.generation)\(Self.build)"
        let name = kind.map { $0.isLetter || $0.isNumber ? $0 : "-" }
        path = "\(root)/swift-distill/convolutions-\(String(name)).json"
    }

    /// A debug build's kernels are others: what is fast there says nothing about the program that users run.
    private static var build: String {
        #if DEBUG
            " debug"
        #else
            ""
        #endif
    }

    /// What is known of the tasks; those that are not are measured and kept. One process at a time.
    ///
    /// - Returns: the decisions, how many of them were measured now, and what kept them from being kept, if anything.
    func decide(
        _ tasks: Set<ConvolutionTask>
    ) -> (decided: [ConvolutionTask: ConvolutionAlgorithm], measured: Int, trouble: String?) {
        var trouble: String?
        let lock = lockFile(&trouble)
        defer { if lock >= 0 { close(lock) } }
        var known: [ConvolutionTask: ConvolutionAlgorithm] = [:]
        // A file that is damaged or of an older form is measured anew.
        if let text = FileManager.default.contents(atPath: path),
            let record = try? ConvolutionRecord(text, source: path)
        {
            known = record.choices
        }
        let missing = tasks.subtracting(known.keys).sorted { $0.description < $1.description }
        if !missing.isEmpty {
            known.merge(ConvolutionTrial.decide(missing)) { $1 }
            do {
                try writeDurably(Array(try ConvolutionRecord(cpu: cpu, known).text), to: path)
            } catch {
                trouble = trouble ?? (error as? Problem).map { "\(path): \($0.message)" } ?? "\(path) cannot be written"
            }
        }
        return (known.filter { tasks.contains($0.key) }, missing.count, trouble)
    }

    /// A lock that ends with the process; -1 where there is none to be had.
    private func lockFile(_ trouble: inout String?) -> Int32 {
        let folder = (path as NSString).deletingLastPathComponent
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let file = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        if file < 0 { trouble = "\(folder) cannot be written" } else { flock(file, LOCK_EX) }
        return file
    }
}
