/// What Python prints for values that YAML files and checkpoints hold, since that is how the field's programs make texts of
/// them.
public enum PythonScalar {
    /// What Python prints for an unquoted scalar once PyYAML has read it; nil where that is the text itself.
    ///
    /// Source: the implicit resolvers of PyYAML's safe loader, which follow YAML 1.1.
    public static func text(ofPlain text: String) -> String? {
        switch text {
        case "", "~", "null", "Null", "NULL": return "None"
        case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": return Self.text(true)
        case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": return Self.text(false)
        default: break
        }
        let printed = fraction(text).map(Self.text) ?? integer(text)
        return printed == text ? nil : printed
    }

    /// `True` or `False`.
    public static func text(_ value: Bool) -> String { value ? "True" : "False" }

    /// The shortest digits that read back as the same number, with an exponent from 1e+16 on and below 1e-04.
    public static func text(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        let sign = value.sign == .minus ? "-" : ""
        let parts = "\(value.magnitude)".split(separator: "e")
        let halves = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let whole = String(halves[0]), part = halves.count > 1 ? String(halves[1]) : ""
        let all = (whole + part).drop { $0 == "0" }
        guard !all.isEmpty else { return sign + "0.0" }
        // The number is 0.digits · 10^point.
        let zeros = (whole + part).count - all.count
        let point = whole.count - zeros + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        let digits = String(all.reversed().drop { $0 == "0" }.reversed())
        if point > 16 || point < -3 {
            let rest = digits.dropFirst()
            let exponent = point - 1
            let size = "\(exponent.magnitude)"
            return sign + digits.prefix(1) + (rest.isEmpty ? "" : "." + rest) + "e" + (exponent < 0 ? "-" : "+")
                + (size.count < 2 ? "0" : "") + size
        }
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        let padded = digits + String(repeating: "0", count: max(point - digits.count, 0))
        let decimals = padded.dropFirst(point)
        return sign + padded.prefix(point) + "." + (decimals.isEmpty ? "0" : decimals)
    }

    private static func fraction(_ text: String) -> Double? {
        let isKnown =
            text.wholeMatch(of: /[-+]?[0-9][0-9_]*\.[0-9_]*([eE][-+][0-9]+)?/) != nil
            || text.wholeMatch(of: /\.[0-9][0-9_]*([eE][-+][0-9]+)?/) != nil
        let plain = text.lowercased().filter { $0 != "_" }
        if isKnown { return Double(plain) ?? Double(plain.replacing(/\.(?=e|$)/, with: "")) }
        if text.wholeMatch(of: /[-+]?\.(inf|Inf|INF)/) != nil { return text.hasPrefix("-") ? -.infinity : .infinity }
        if text.wholeMatch(of: /\.(nan|NaN|NAN)/) != nil { return .nan }
        guard text.wholeMatch(of: /[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*/) != nil else { return nil }
        let (isNegative, digits) = unsigned(plain)
        let value = digits.split(separator: ":").reduce(0.0) {
            $0 * 60 + (Double($1) ?? Double($1.dropLast()) ?? 0)
        }
        return isNegative ? -value : value
    }

    private static func integer(_ text: String) -> String? {
        let (isNegative, digits) = unsigned(text.filter { $0 != "_" })
        func printed(_ value: Int?) -> String? { value.map { String(isNegative ? -$0 : $0) } }
        if text.wholeMatch(of: /[-+]?0b[0-1_]+/) != nil { return printed(Int(digits.dropFirst(2), radix: 2)) }
        if text.wholeMatch(of: /[-+]?0x[0-9a-fA-F_]+/) != nil { return printed(Int(digits.dropFirst(2), radix: 16)) }
        if text.wholeMatch(of: /[-+]?0[0-7_]+/) != nil || digits == "0" { return printed(Int(digits, radix: 8)) }
        // As many digits as it has: Python's integers have no largest one.
        if text.wholeMatch(of: /[-+]?[1-9][0-9_]*/) != nil { return (isNegative ? "-" : "") + digits }
        guard text.wholeMatch(of: /[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+/) != nil else { return nil }
        var value = 0
        for part in digits.split(separator: ":") {
            let (scaled, first) = value.multipliedReportingOverflow(by: 60)
            let (sum, second) = scaled.addingReportingOverflow(Int(part) ?? 0)
            if first || second { return nil }
            value = sum
        }
        return printed(value)
    }

    private static func unsigned(_ text: String) -> (isNegative: Bool, digits: Substring) {
        let isNegative = text.hasPrefix("-")
        return (isNegative, isNegative || text.hasPrefix("+") ? text.dropFirst() : text[...])
    }
}
