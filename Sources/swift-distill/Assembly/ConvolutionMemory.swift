import Checkpoints
import Diagnostics
import Foundation
import Models
import Tensors

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
        let root = cache ?? FilePath.home + "/.cache"
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
                trouble = trouble ?? "\(error)"
            }
        }
        return (known.filter { tasks.contains($0.key) }, missing.count, trouble)
    }

    /// A lock that ends with the process; -1 where there is none to be had.
    private func lockFile(_ trouble: inout String?) -> Int32 {
        let folder = FilePath.folder(of: path)
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let file = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        if file < 0 { trouble = "\(folder) cannot be written" } else { flock(file, LOCK_EX) }
        return file
    }
}
