extension String {
    /// The text as JSON, in quotes, which YAML reads as the same text.
    public var quotedAsJSON: String { quoted(by: "\"") }

    /// The text in quotes, with what JSON, YAML and Python have to be told about escaped.
    public func quoted(by mark: Unicode.Scalar) -> String {
        var quoted = String(mark)
        for scalar in unicodeScalars {
            switch scalar.value {
            case mark.value, 0x5C:
                quoted += "\\"
                quoted.unicodeScalars.append(scalar)
            case 0x0A: quoted += "\\n"
            case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0xFEFF:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + String(mark)
    }
}
