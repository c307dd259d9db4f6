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
        guard FileManager.default.fileExists(atPath: source.path) else {
            throw Problem("does not exist", file: model, remedy: "Check the path", exit: .missingInput)
        }
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
        case .onnx: try writeDurably(try model.onnxFile(try onnxOptions(model), program: Self.program), to: output)
        }
        let size = (try? FileManager.default.attributesOfItem(atPath: output))?[.size] as? Int ?? 0
        say(
            "\(output): \(model.table.architecture), \(counted(model.names.count, "class", "classes")), "
                + "\(half ? 16 : 32)-bit floats, \(String(format: "%.1f", Double(size) / 1e6)) MB")
        if format == .onnx {
            try tell(about: onnxOptions(model), of: model, say)
        } else {
            say(try Parity(of: model).report(with: try ModelPlace(output).model()))
        }
    }

    private func onnxOptions(_ model: ExportedModel) throws -> ONNXOptions {
        let sides = (options.imgsz.isEmpty ? model.imageSize ?? [640] : options.imgsz).map { ($0 + 31) / 32 * 32 }
        var onnx = ONNXOptions(size: (sides[0], sides[sides.count - 1]))
        onnx.batch = options.batch
        onnx.isDynamic = options.dynamic
        onnx.half = options.half
        onnx.opset = options.opset
        if options.nms {
            onnx.suppression = .init(
                confidence: options.conf, overlap: options.iou, most: options.maxDet, isAgnostic: options.agnosticNms)
        }
        return onnx
    }

    private func tell(about onnx: ONNXOptions, of model: ExportedModel, _ say: (String) -> Void) throws {
        let size = "\(onnx.size.height), \(onnx.size.width)"
        say(
            "input images [\(onnx.isDynamic ? "batch, 3, height, width" : "\(onnx.batch), 3, \(size)")], output output0 "
                + (onnx.suppression.map { "[\(onnx.isDynamic ? "batch" : "\(onnx.batch)"), \($0.most), 6]" }
                    ?? "[\(onnx.isDynamic ? "batch" : "\(onnx.batch)"), \(4 + model.names.count), anchors]")
                + ", opset \(onnx.opset), BatchNorm folded into the convolutions")
        if !options.imgsz.isEmpty, options.imgsz.contains(where: { $0 % 32 != 0 }) {
            say("note: imgsz is rounded up to a multiple of 32")
        }
        let parity = Parity(of: model, size: onnx.size, count: onnx.isDynamic ? 2 : onnx.batch)
        say(try parity.report(with: try ONNXEvaluation(contentsOf: output)))
    }
}
