import Documents

extension ExportedModel {
    /// What the field's programs read from a file besides the graph, as text.
    func metadata(_ options: ONNXOptions, program: String) -> [(key: String, value: String)] {
        let data = record.arguments?["data"]?.string
        let name = table.architecture.replacing("yolov", with: "YOLOv")
        var texts = [
            ("description", "\(name) detector" + (data.map { " trained on \($0)" } ?? "")),
            ("author", program), ("version", program), ("task", "detect"), ("head", "Detect"),
            ("stride", String(strides.max() ?? 32)), ("batch", String(options.batch)),
            ("imgsz", "[\(options.size.height), \(options.size.width)]"),
            ("names", PythonLiteral.dictionary(names.enumerated().map { (String($0.offset), .text($0.element)) })),
            ("args", PythonLiteral.dictionary(arguments(options))), ("channels", "3"), ("end2end", "False"),
        ]
        if let date = record.date { texts.append(("date", date)) }
        if let license = record.license { texts.append(("license", license)) }
        return texts.map { (key: $0.0, value: $0.1) }
    }

    private func arguments(_ options: ONNXOptions) -> [(String, PythonLiteral)] {
        func key(_ name: String) -> String { PythonLiteral.text(name).spelling }
        return [
            (key("batch"), .number(options.batch)), (key("half"), .flag(options.half)),
            (key("dynamic"), .flag(options.isDynamic)), (key("simplify"), .flag(true)),
            (key("opset"), .number(options.opset)), (key("nms"), .flag(options.suppression != nil)),
        ]
    }
}

/// A value as Python would print it, which is how the field's metadata is read.
enum PythonLiteral {
    case text(String)
    case number(Int)
    case flag(Bool)

    var spelling: String {
        switch self {
        case .text(let text): text.quoted(by: "'")
        case .number(let value): String(value)
        case .flag(let value): value ? "True" : "False"
        }
    }

    /// `{0: 'fire', 1: 'smoke'}`; keys as they stand.
    static func dictionary(_ pairs: [(String, PythonLiteral)]) -> String {
        "{\(pairs.map { "\($0.0): \($0.1.spelling)" }.joined(separator: ", "))}"
    }
}
