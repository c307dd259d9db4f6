import Diagnostics

extension LayerTable {
    /// The built-in table of a name such as `yolov8n`, or nil when the text is no such name.
    ///
    /// - Throws: `Problem` when the family is known but the scale is not.
    public static func named(_ name: String) throws -> LayerTable? {
        let family = "yolov8"
        guard name.hasPrefix(family), !name.contains("/"), !name.contains(".") else { return nil }
        var table = LayerTable.yolov8
        let letter = String(name.dropFirst(family.count))
        table.scale = letter.isEmpty ? table.scales[0].letter : letter
        guard table.scales.contains(where: { $0.letter == table.scale }) else {
            throw Problem(
                "\(name) is no known model",
                remedy: "Use one of " + table.scales.map { family + $0.letter }.joined(separator: ", "),
                exit: .commandLine)
        }
        return table
    }

    /// What the field calls this architecture, such as `yolov8n`; `custom` when it is none of the built-in ones.
    public var architecture: String {
        let isYOLOv8 = backbone == LayerTable.yolov8.backbone && head == LayerTable.yolov8.head
        let known = LayerTable.yolov8.scales.first { $0.letter == scale }?.scale
        return isYOLOv8 && known == sizes ? "yolov8\(scale ?? "")" : "custom"
    }

    /// The scale letter in a file's name (`yolov8s.yaml` → `s`), as the field writes it.
    public static func scaleLetter(inFileName name: String) -> String? {
        let stem = name.split(separator: "/").last?.split(separator: ".").first.map(String.init) ?? ""
        guard let match = stem.firstMatch(of: /yolo(e-)?v?\d+([nslmx])/) else { return nil }
        return String(match.2)
    }
}
