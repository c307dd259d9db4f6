import Diagnostics
import Foundation
import Tensors

/// Decided algorithms of convolutions as a file: what a run did, or what is known of a kind of CPU.
public struct ConvolutionRecord: Codable, Equatable, Sendable {
    /// The CPU that they were measured on, for people.
    public var cpu: String
    /// Algorithm by task.
    public var decided: [String: String]

    /// A record of decisions.
    public init(cpu: String, _ decided: [ConvolutionTask: ConvolutionAlgorithm]) {
        self.cpu = cpu
        self.decided = Dictionary(uniqueKeysWithValues: decided.map { ($0.key.description, $0.value.rawValue) })
    }

    /// Far more than a record of any model has.
    private static let largestFile = 2 << 20

    /// The bytes of a file, as many of them as a record may have and one more.
    public static func bytes(of path: String) throws -> Data {
        let file = try FileHandle(forReadingFrom: URL(filePath: path))
        return try file.read(upToCount: largestFile + 1) ?? Data()
    }

    /// Reads what `text` wrote.
    ///
    /// - Parameter source: the file in messages.
    /// - Throws: `Problem` when the text is something else.
    public init(_ text: Data, source: String) throws {
        do {
            guard text.count <= Self.largestFile else { throw CocoaError(.fileReadTooLarge) }
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
    public var choices: [ConvolutionTask: ConvolutionAlgorithm] {
        decided.reduce(into: [:]) { table, line in
            guard let task = ConvolutionTask(line.key) else { return }
            table[task] = ConvolutionAlgorithm(rawValue: line.value)
        }
    }

    /// One task a line, sorted.
    public var text: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return try encoder.encode(self)
        }
    }
}
