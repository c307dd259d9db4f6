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
        try refuseLoss()
    }

    /// What a run needs to go on is never replaced, and no file that was named by a pattern of the shell.
    private func refuseLoss() throws {
        guard FileManager.default.fileExists(atPath: output) else { return }
        if format == .safetensors, let file = try? ModelFile.read(output),
            file.metadata["format"] == ModelFile.checkpointFormat
        {
            throw Problem(
                "is a checkpoint that a run resumes from", file: output,
                remedy: "Name another file with output=…", exit: .commandLine)
        }
        guard options.replaces else {
            throw Problem(
                "exists already", file: output, remedy: "Write `output=\(output)` to replace it", exit: .commandLine)
        }
    }

    /// What was written, for programs.
    struct Outcome: Encodable {
        var model: String
        var file: String
        var format: String
        var architecture: String
        var classes: [String]
        var half: Bool
        var bytes: Int
        /// Largest differences of a box's side in pixels and of a score between the model and the file.
        var boxDifference: Float
        var scoreDifference: Float

        enum CodingKeys: String, CodingKey {
            case model, file, format, architecture, classes, half, bytes
            case boxDifference = "box_difference"
            case scoreDifference = "score_difference"
        }
    }

    /// - Parameter say: gets every line for the user.
    func run(say: (String) -> Void) throws -> Outcome {
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
        let report: Parity.Report
        if format == .onnx {
            let onnx = try onnxOptions(model)
            tell(about: onnx, of: model, say)
            report = try parity(of: onnx, model)
        } else {
            report = try Parity(of: model).report(
                with: try ModelPlace(output).model(), isExact: !half || model.fitsHalf)
        }
        say(report.text)
        guard report.agrees else {
            throw Problem(
                "does not answer as the model that was written into it", file: output,
                remedy: "Do not use it, and report this", exit: .internalError)
        }
        return Outcome(
            model: source.path, file: output, format: format.rawValue, architecture: model.table.architecture,
            classes: model.names, half: half, bytes: size, boxDifference: report.difference.boxes,
            scoreDifference: report.difference.scores)
    }

    private func onnxOptions(_ model: ExportedModel) throws -> ONNXOptions {
        let sides = (options.imgsz.isEmpty ? model.imageSize ?? [640] : options.imgsz).map {
            ($0 + model.sideMultiple - 1) / model.sideMultiple * model.sideMultiple
        }
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

    private func tell(about onnx: ONNXOptions, of model: ExportedModel, _ say: (String) -> Void) {
        let size = "\(onnx.size.height), \(onnx.size.width)"
        say(
            "input images [\(onnx.isDynamic ? "batch, 3, height, width" : "\(onnx.batch), 3, \(size)")], output output0 "
                + (onnx.suppression.map { "[\(onnx.isDynamic ? "batch" : "\(onnx.batch)"), \($0.most), 6]" }
                    ?? "[\(onnx.isDynamic ? "batch" : "\(onnx.batch)"), \(4 + model.names.count), anchors]")
                + ", opset \(onnx.opset), BatchNorm folded into the convolutions")
        if options.imgsz.contains(where: { $0 % model.sideMultiple != 0 }) {
            say("note: imgsz is rounded up to a multiple of \(model.sideMultiple)")
        }
    }

    /// Of the file; where that is for more pixels than can be computed here, of the same graph for one small image.
    private func parity(of onnx: ONNXOptions, _ model: ExportedModel) throws -> Parity.Report {
        let written = try ONNXEvaluation(contentsOf: output)
        let count = onnx.isDynamic ? 2 : onnx.batch
        if count * onnx.size.height * onnx.size.width <= Parity.mostPixels {
            return try Parity(of: model, size: onnx.size, count: count).report(with: written, isExact: !onnx.half)
        }
        var small = onnx
        small.batch = 1
        small.size = (min(onnx.size.height, 320), min(onnx.size.width, 320))
        let graph = try ONNXEvaluation(try model.onnxFile(small, program: Self.program), path: output)
        return try Parity(of: model, size: small.size, count: 1).report(
            with: graph, isExact: !onnx.half, subject: .smallGraph)
    }
}
