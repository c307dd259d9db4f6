import Diagnostics
import Documents

/// What a key may hold: how it is read from a node, how it is written, and the words for it in messages and help.
struct Form<Value: Equatable & Sendable>: Sendable {
    /// `a number from 0 to 1`.
    let allowed: String
    /// The value in a node; nil when it is not allowed.
    let read: @Sendable (Node) -> Value?
    /// The node that reads back as the value.
    let write: @Sendable (Value) -> Node
    /// Whether a word of the command line is taken as it is.
    var isText = false
    /// Whether an empty value (`key:`, `null`, `None`) stands for the default.
    var mayBeEmpty = false
    /// What to do about a value that users of the reference may bring.
    var remedy: @Sendable (Node) -> String? = { _ in nil }

    /// The same form, whose empty value stands for the default.
    var orEmpty: Form {
        var form = self
        form.mayBeEmpty = true
        return form
    }

    /// The same form with a remedy for some values.
    func remedy(_ remedy: @escaping @Sendable (Node) -> String?) -> Form {
        var form = self
        form.remedy = remedy
        return form
    }
}

extension Form<Int> {
    static func whole(_ range: ClosedRange<Int>) -> Form {
        let most = range.upperBound
        let span = most == .max ? "not below \(range.lowerBound)" : "from \(range.lowerBound) to \(most)"
        return Form(
            allowed: "a whole number \(span)",
            read: { node in
                // `1e2` and `100.0` are whole numbers as well.
                let value = node.int ?? node.double.flatMap { Int(exactly: $0) }
                return value.flatMap { range.contains($0) ? $0 : nil }
            },
            write: { Node(.int($0)) })
    }
}

extension Form<Double> {
    static func number(_ range: ClosedRange<Double>) -> Form {
        number("from \(plain(range.lowerBound)) to \(plain(range.upperBound))") { range.contains($0) }
    }

    static func number(_ range: Range<Double>) -> Form {
        number("from \(plain(range.lowerBound)) to below \(plain(range.upperBound))") { range.contains($0) }
    }

    static func number(above low: Double, to high: Double) -> Form {
        number("above \(plain(low)) and up to \(plain(high))") { $0 > low && $0 <= high }
    }

    private static func number(_ span: String, _ contains: @escaping @Sendable (Double) -> Bool) -> Form {
        Form(
            allowed: "a number \(span)", read: { node in node.double.flatMap { contains($0) ? $0 : nil } },
            write: { Node(.double($0)) })
    }

    private static func plain(_ value: Double) -> String {
        value == value.rounded() ? String(Int(value)) : "\(value)"
    }
}

extension Form<Bool> {
    static var flag: Form { Form(allowed: "true or false", read: { $0.bool }, write: { Node(.bool($0)) }) }
}

extension Form<String> {
    /// Text as it was written, so that `name: 8` and `name: no` are names.
    static func text(_ allowed: String) -> Form {
        Form(
            allowed: allowed,
            read: { node in
                guard let text = node.text, !node.isNull, text != "None", text.utf8.count <= 4096 else { return nil }
                return text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } ? text : nil
            },
            write: { $0.isEmpty ? Node(.null) : Node(.string($0)) }, isText: true)
    }

    /// A name of a folder; the sign for the home folder is none.
    static var name: Form {
        let text = text("a name")
        return Form(
            allowed: text.allowed, read: { node in text.read(node).flatMap { $0 == "~" ? nil : $0 } },
            write: text.write, isText: true, mayBeEmpty: true)
    }

    /// A path or nothing.
    static var path: Form { path("a path").orEmpty }

    /// A path, or what else may stand in its place; `~` is the home folder.
    static func path(_ allowed: String) -> Form {
        let text = text(allowed)
        return Form(
            allowed: allowed, read: { text.read($0).map(FilePath.expanded) }, write: text.write, isText: true)
    }

    /// A weights file; the reference's `true` and `false` name none.
    static var weights: Form {
        let path = Form.path
        return Form(
            allowed: "a path", read: { $0.bool == nil ? path.read($0) : "" }, write: path.write, isText: true,
            mayBeEmpty: true)
    }
}

extension Form where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the cases, in any case of letters.
    static var choice: Form {
        let names = Value.allCases.map(\.rawValue)
        return Form(
            allowed: "one of " + names.joined(separator: ", "),
            read: { node in
                Value.allCases.first { $0.rawValue.lowercased() == node.text?.lowercased() }
            },
            write: { Node(.string($0.rawValue)) })
    }
}
