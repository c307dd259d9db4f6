import Checkpoints
import Configuration
import Diagnostics
import Exports
import Foundation

/// Writes a model into another file, reads that back, and says how far the two agree.
struct ModelExport {
    private let source: ModelPlace
    private let options: ExportOptions
    private let format: ExportFormat
    /// The file to write.
    private let output: String

    static let program = "swift-distill \(SwiftDistill.configuration.version)"

    /// - Throws: `Problem` of exit code `commandLine` when format and names contradict each other.
    init(model: String, options: ExportOptions) throws {
        source = try ModelPlace(model)
        self.options = options
        let named = ExportFormat.of(path: options.output)
        format = options.format ?? named ?? .pt
        output =
            options.output.isEmpty
            ? (source.path as NSString).deletingPathExtension + "." + format.rawValue : options.output
        guard options.output.isEmpty || named == format else {
            throw Problem(
                "\(options.output) does not end with .\(format.rawValue)", remedy: "Choose a name that does",
                exit: .commandLine)
        }
        let files = [source.path, output].map { URL(filePath: $0).resolvingSymlinksInPath().standardizedFileURL.path }
        guard files[0] != files[1] else {
            throw Problem(
                "would be replaced by its own copy", file: source.path,
                remedy: "Name another file with output=…, or another format", exit: .commandLine)
        }
    }

    /// - Parameter say: gets every line for the user.
    func run(say: (String) -> Void) throws {
        let model = try source.model()
        for note in model.notes { say("note: \(note)") }
        let half = options.half || (format != .onnx && model.fitsHalf)
        if options.half, format != .onnx, !model.fitsHalf { say("half: weights are rounded to 16 bits") }
        switch format {
        case .pt: try writeDurably(try model.torchFile(half: half, program: Self.program), to: output)
        case .safetensors:
            try writeDurably(
                try model.safeTensors(half: half, program: Self.program).serialized(), to: output)
        case .onnx: throw Problem("ONNX is not there yet", exit: .commandLine)
        }
        let size = (try? FileManager.default.attributesOfItem(atPath: output))?[.size] as? Int ?? 0
        say(
            "\(output): \(model.table.architecture), \(counted(model.names.count, "class", "classes")), "
                + "\(half ? 16 : 32)-bit floats, \(String(format: "%.1f", Double(size) / 1e6)) MB")
        say(try Parity(of: model).report(with: try ModelPlace(output).model()))
    }
}
