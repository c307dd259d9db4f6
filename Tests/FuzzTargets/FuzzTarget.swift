import Diagnostics
import Foundation

/// An entry point of the program that reads what others wrote, for any bytes at all.
///
/// `launch/fuzz.sh` makes up bytes for them; the tests give them those of `Corpus/<name>`.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// A PyTorch file: ZIP and pickle.
    case torch
    /// A safetensors file, up to the model in it.
    case safetensors
    /// A picture of any format.
    case picture
    /// A recipe.
    case recipe
    /// A data set file.
    case dataset
    /// A label file.
    case labels
    /// A list of pictures.
    case list
    /// Words of the command line, a line each.
    case words
    /// A layer table, up to the model that is built from it.
    case table
    /// A record of convolutions.
    case convolutions
    /// A checkpoint, up to the next step of its run.
    case checkpoint
    /// `results.csv`, `events.jsonl` and `metrics.jsonl` of a run that goes on, with a NUL between them.
    case journal

    /// Reads the bytes; gives what is said against them: one printable line.
    ///
    /// Everything else that goes wrong ends the process.
    @discardableResult
    public func run(_ bytes: UnsafeRawBufferPointer) -> Problem? {
        do {
            try read([UInt8](bytes))
        } catch let problem as Problem {
            let text = problem.description
            let isPrintable = text.unicodeScalars.allSatisfy {
                ![.control, .format].contains($0.properties.generalCategory)
            }
            guard isPrintable else { fatalError("a message with control characters: \(text.debugDescription)") }
            return problem
        } catch {
            fatalError("no message for people: \(error)")
        }
        return nil
    }

    /// Bytes that are accepted, where no file of the corpus can be: they depend on the program's version.
    public var sample: [UInt8]? { self == .checkpoint ? RunReading.sample : nil }

    private func read(_ bytes: [UInt8]) throws {
        switch self {
        case .torch: try ModelReading.torch(bytes)
        case .safetensors: try ModelReading.safeTensors(bytes)
        case .picture: try DataReading.picture(bytes)
        case .recipe: try WordReading.recipe(bytes)
        case .dataset: try DataReading.description(bytes)
        case .labels: try DataReading.labels(bytes)
        case .list: try DataReading.list(bytes)
        case .words: try WordReading.words(bytes)
        case .table: try ModelReading.table(bytes)
        case .convolutions: try ModelReading.convolutions(bytes)
        case .checkpoint: try RunReading.checkpoint(bytes)
        case .journal: try RunReading.journal(bytes)
        }
    }
}
