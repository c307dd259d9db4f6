/// What an unquoted YAML scalar stands for: the words and numbers that PyYAML knows, plus `1e-3`, which its users mean as a
/// number.
enum Scalars {
    static func resolve(_ text: String) -> Node.Kind {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": return .bool(true)
        case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": return .bool(false)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .double(.infinity)
        case "-.inf", "-.Inf", "-.INF": return .double(-.infinity)
        case ".nan", ".NaN", ".NAN": return .double(.nan)
        default: return number(text) ?? .string(text)
        }
    }

    /// A decimal integer, a hexadecimal one or a decimal fraction; integers that do not fit become doubles. `010` stays
    /// text: it is eight to YAML 1.1 and ten to everyone else.
    private static func number(_ text: String) -> Node.Kind? {
        var digits = Substring(text)
        let negative = digits.first == "-"
        if negative || digits.first == "+" { digits = digits.dropFirst() }
        guard let first = digits.utf8.first, isDigit(first) || first == UInt8(ascii: ".") else { return nil }
        if digits.hasPrefix("0x") {
            return Int((negative ? "-" : "") + digits.dropFirst(2), radix: 16).map { .int($0) }
        }
        if digits.utf8.allSatisfy(isDigit) {
            if first == UInt8(ascii: "0"), digits.utf8.count > 1 { return nil }
            if let value = Int(text) { return .int(value) }
        } else if !isFraction(digits) {
            return nil
        }
        return Double(text).map { .double($0) }
    }

    /// `digits [. digits] [e [sign] digits]` with a digit on one side of the dot.
    private static func isFraction(_ text: Substring) -> Bool {
        var rest = text.utf8[...]
        let whole = dropDigits(&rest)
        var part = 0
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            part = dropDigits(&rest)
        }
        guard whole + part > 0 else { return false }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
            guard dropDigits(&rest) > 0 else { return false }
        }
        return rest.isEmpty
    }

    private static func dropDigits(_ text: inout Substring.UTF8View) -> Int {
        let before = text.count
        text = text.drop(while: isDigit)
        return before - text.count
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}
