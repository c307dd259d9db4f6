import Diagnostics
import Documents

/// The table of keys of an export.
public enum ExportKeys {
    /// A key: its name and what its value does.
    struct Key: Sendable {
        let name: String
        let help: String
        let isText: Bool
        let isFlag: Bool
        let set: @Sendable (Node, inout ExportOptions) throws -> Void

        init<Value>(
            _ name: String, _ place: WritableKeyPath<ExportOptions, Value> & Sendable, _ form: Form<Value>,
            _ help: String
        ) {
            self.name = name
            self.help = help
            isText = form.isText
            isFlag = Value.self == Bool.self
            set = { node, options in
                // What the field's files write for "as usual".
                if node.isNull || node.text == "None" { return }
                guard let value = form.read(node) else {
                    throw node.problem(
                        "`\(name)` must be \(form.allowed), found \(node.found)", remedy: form.remedy(node),
                        exit: .commandLine)
                }
                options[keyPath: place] = value
            }
        }
    }

    static let all: [Key] = [
        Key("format", \.format, .exportFormat, "pt, onnx or safetensors"),
        Key("output", \.output, .text("a path"), "file to write; by itself beside the model"),
        Key("imgsz", \.imgsz, .imageSize, "onnx: input side or [height, width]; by itself the training's"),
        Key("batch", \.batch, .whole(1...1024), "onnx: images per call"),
        Key("dynamic", \.dynamic, .flag, "onnx: any number of images of any size"),
        Key("half", \.half, .flag, "16-bit floats"),
        Key("simplify", \.simplify, .flag, "onnx: without superfluous nodes, as this program's graphs are anyway"),
        Key("opset", \.opset, .whole(13...21), "onnx: version of the operators"),
        Key("nms", \.nms, .flag, "onnx: suppression inside, giving [N, max_det, 6]"),
        Key("conf", \.conf, .number(0...1), "onnx with nms: least confidence"),
        Key("iou", \.iou, .number(0...1), "onnx with nms: overlap above which a box is dropped"),
        Key("max_det", \.maxDet, .whole(1...100_000), "onnx with nms: most detections per image"),
        Key("agnostic_nms", \.agnosticNms, .flag, "onnx with nms: boxes of different classes suppress each other"),
    ]

    /// Keys of the field's exporter that mean nothing here, and those that would change the file.
    private static let meaningless: Set<String> = ["device", "workspace", "optimize", "verbose", "task", "mode"]
    private static let refused: Set<String> = ["int8", "keras", "quantize", "end2end"]

    /// One line per key.
    public static var help: String {
        let width = all.map(\.name.count).max() ?? 0
        return all.map { $0.name.padding(to: width + 2) + $0.help }.joined(separator: "\n")
    }

    /// The arguments of an export: the model, the file to write where it is named without a key, and options.
    ///
    /// - Throws: `Problem` of exit code `commandLine` naming the word that is not understood.
    public static func read(_ arguments: [String]) throws -> (model: String, options: ExportOptions) {
        var options = ExportOptions()
        var files: [String] = []
        for word in CommandWord.joined(arguments) {
            let key = word.contains("=") ? String(word.prefix { $0 != "=" }) : word
            if key == "model", word.contains("=") {
                files.insert(String(word.dropFirst("model=".count)), at: 0)
            } else if word.contains("="), !key.contains("/") || isKnown(key) {
                try set(key, try value(of: word, key), in: &options)
            } else if let flag = all.first(where: { $0.name == word && $0.isFlag }) {
                try flag.set(Node(.bool(true)), &options)
            } else {
                files.append(word)
            }
        }
        guard let model = files.first, !model.isEmpty, files.count <= 2 else {
            throw Problem(
                files.isEmpty ? "no model is named" : "\(files.dropFirst(2).joined(separator: " ")) is not key=value",
                remedy: "Write `swift-distill export MODEL format=onnx imgsz=640`", exit: .commandLine)
        }
        if files.count == 2 {
            guard options.output.isEmpty else {
                throw Problem(
                    "two files to write are named: \(files[1]) and \(options.output)", remedy: "Name one",
                    exit: .commandLine)
            }
            options.output = files[1]
        }
        return (model, options)
    }

    private static func isKnown(_ key: String) -> Bool { all.contains { $0.name == key } }

    private static func value(of word: String, _ key: String) throws -> Node {
        try CommandWord.value(
            String(word.dropFirst(key.count + 1)), isText: all.first { $0.name == key }?.isText ?? true,
            place: "command line: " + Node.printable(word, limit: 200))
    }

    private static func set(_ name: String, _ value: Node, in options: inout ExportOptions) throws {
        if let key = all.first(where: { $0.name == name }) { return try key.set(value, &options) }
        if meaningless.contains(name) { return }
        if refused.contains(name), value.bool == false || value.isNull || value.text == "None" { return }
        let near = NearestNames.of(name, among: all.map(\.name))
        let remedy =
            refused.contains(name)
            ? "Models are written in 32 or, with half=true, 16 bits"
            : near.isEmpty ? "Keys are " + all.map(\.name).joined(separator: ", ") : "Did you mean \(near[0])?"
        throw value.problem(
            "`\(name)` is \(refused.contains(name) ? "not supported" : "no key of an export")", remedy: remedy,
            exit: .commandLine)
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(width - count, 0)) }
}
