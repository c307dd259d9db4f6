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

    /// The scale letter in a file's name (`yolov8s.yaml` → `s`), as the field writes it.
    public static func scaleLetter(inFileName name: String) -> String? {
        let stem = name.split(separator: "/").last?.split(separator: ".").first.map(String.init) ?? ""
        guard let match = stem.firstMatch(of: /yolo(e-)?v?\d+([nslmx])/) else { return nil }
        return String(match.2)
    }
}
