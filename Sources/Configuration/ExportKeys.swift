import Diagnostics
import Documents

extension ExportOptions: Settings {}

/// The keys of `export`, and how its arguments are read.
public enum ExportKeys {
    /// Every key, in the order of the help text.
    public static let all: [SettingKey<ExportOptions>] = [
        SettingKey("format", \.format, .exportFormat, "pt, onnx or safetensors; by itself as the output is called"),
        SettingKey("output", \.output, .path, "file to write; by itself beside the model"),
        SettingKey("half", \.half, .flag, "16-bit floats"),
        SettingKey(
            "imgsz", \.imgsz, Form<[Int]>.imageSize.orEmpty, aliases: ["img_size"],
            "onnx: input side or [height, width], rounded up to a multiple of 32; empty: the training's"),
        SettingKey("batch", \.batch, .whole(1...1024), "onnx: images per call"),
        SettingKey("dynamic", \.dynamic, .flag, "onnx: any number of images of any size"),
        SettingKey("simplify", \.simplify, .flag, "onnx: no superfluous nodes, which our graphs never have"),
        SettingKey("opset", \.opset, Form<Int>.whole(12...21).orEmpty, "onnx: version of the operators"),
        SettingKey("nms", \.nms, .flag, "onnx: suppression inside, giving [N, max_det, 6]"),
        SettingKey("conf", \.conf, Form<Double>.number(0...1).orEmpty, "onnx with nms: least confidence"),
        SettingKey("iou", \.iou, .number(0...1), "onnx with nms: overlap above which a box is dropped"),
        SettingKey("max_det", \.maxDet, .whole(1...100_000), "onnx with nms: most detections per image"),
        SettingKey("agnostic_nms", \.agnosticNms, .flag, "onnx with nms: classes suppress each other"),
    ]

    private static let words = SettingWords(
        all, of: "swift-distill export",
        meaningless: ["device", "workspace", "optimize", "verbose", "task", "mode"],
        unsupported: ["int8", "keras", "quantize", "end2end"].reduce(into: [:]) {
            $0[$1] = "Models are written in 32 or, with half=true, 16 bits"
        })

    /// What tells the command's arguments apart.
    public static var names: KeyNames { words.names }

    /// Every key with its default and what it does, a line each.
    public static var help: String { words.help }

    /// The arguments of an export: the model, the file to write where it is named without a key, and options.
    ///
    /// - Throws: `Problem` of exit code `commandLine` naming the word that is not understood.
    public static func read(_ arguments: [String]) throws -> (model: String, options: ExportOptions) {
        let parts = try ModelArguments(
            arguments, names: names, extra: 1, usage: "swift-distill export MODEL [OUTPUT] format=onnx")
        var options = try words.read(parts.words)
        if let output = parts.files.first {
            guard options.output.isEmpty else {
                throw Problem(
                    "two files to write are named: \(output) and \(options.output)", remedy: "Name one",
                    exit: .commandLine)
            }
            options.output = output
            options.replaces = false
        }
        return (parts.model, options)
    }
}
