extension String {
    /// The text as one line that is safe for terminals and logs: controls of both sets, line ends, what turns or hides the
    /// letters beside it, and what is no character are written as `\u{…}`; what is printable already stays as it is.
    ///
    /// - Parameter limit: characters after which a longer text is cut.
    public func printable(limit: Int = .max) -> String {
        if utf8.count <= limit, utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return self }
        var result = ""
        var length = 0
        for scalar in unicodeScalars {
            if length == limit { return result + "…" }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .surrogate, .privateUse:
                result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
            length += 1
        }
        return result
    }
}
