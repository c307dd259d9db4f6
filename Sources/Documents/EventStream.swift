import CYAML
import Diagnostics

/// What libyaml reports about a document, piece by piece, in Swift's terms.
struct Event {
    enum Kind {
        case scalar(String, plain: Bool)
        case alias(String)
        case listStart, listEnd, mapStart, mapEnd, documentStart
    }

    var kind: Kind
    var anchor: String?
    var tag: String?
    var line: Int
    var column: Int
}

/// libyaml's parser over bytes that outlive it. It keeps no tree and does not recurse; `close` frees it.
struct EventStream {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeBufferPointer<UInt8>
    private let file: String
    private var ended = false

    init(_ input: UnsafeBufferPointer<UInt8>, file: String) {
        parser = .allocate(capacity: 1)
        self.input = input
        self.file = file
        precondition(yaml_parser_initialize(parser) == 1, "out of memory")
        yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    func close() {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// The next event; nil after the last.
    mutating func next() throws -> Event? {
        while !ended {
            var raw = yaml_event_t()
            guard yaml_parser_parse(parser, &raw) == 1 else { throw failure() }
            defer { yaml_event_delete(&raw) }
            if raw.type == YAML_STREAM_END_EVENT || raw.type == YAML_NO_EVENT { ended = true }
            if let event = Self.event(raw) { return event }
        }
        return nil
    }

    private static func event(_ raw: yaml_event_t) -> Event? {
        var event = Event(
            kind: .documentStart, line: raw.start_mark.line + 1, column: raw.start_mark.column + 1)
        switch raw.type {
        case YAML_DOCUMENT_START_EVENT: break
        case YAML_SCALAR_EVENT:
            let scalar = raw.data.scalar
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            event.kind = .scalar(text, plain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
            event.anchor = string(scalar.anchor)
            event.tag = string(scalar.tag)
        case YAML_ALIAS_EVENT: event.kind = .alias(string(raw.data.alias.anchor) ?? "")
        case YAML_SEQUENCE_START_EVENT:
            event.kind = .listStart
            event.anchor = string(raw.data.sequence_start.anchor)
            event.tag = string(raw.data.sequence_start.tag)
        case YAML_MAPPING_START_EVENT:
            event.kind = .mapStart
            event.anchor = string(raw.data.mapping_start.anchor)
            event.tag = string(raw.data.mapping_start.tag)
        case YAML_SEQUENCE_END_EVENT: event.kind = .listEnd
        case YAML_MAPPING_END_EVENT: event.kind = .mapEnd
        default: return nil
        }
        return event
    }

    private static func string(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    private func failure() -> Problem {
        let error = parser.pointee
        let said = error.problem.map { String(cString: $0) } ?? "unreadable"
        if error.error == YAML_READER_ERROR {
            let place = position(ofByte: error.problem_offset)
            return Problem(
                "the file is not text: \(said)", file: file, line: place.line, column: place.column,
                remedy: "Save it as UTF-8 text")
        }
        // libyaml notices a key without a colon only in the next line.
        let isKey = error.context != nil && said.contains("could not find expected ':'")
        let place = isKey ? error.context_mark : error.problem_mark
        let apart = error.context != nil && error.context_mark.line != place.line
        let start = apart ? ", for what begins in line \(error.context_mark.line + 1)" : ""
        return Problem(
            "this is not valid YAML: \(said)\(start)", file: file, line: place.line + 1, column: place.column + 1,
            remedy: Self.remedy(said))
    }

    /// What usually helps against one of libyaml's complaints.
    private static func remedy(_ said: String) -> String {
        if said.contains("cannot start any token") {
            return "Indent with spaces, not tabs, and quote text with special signs"
        }
        if said.contains("mapping values are not allowed") {
            return "Check the indentation, and quote text that contains ': '"
        }
        if said.contains("could not find expected ':'") { return "Write `key: value`, with a space after the colon" }
        return "Check indentation, brackets and quotes here and in the line before"
    }

    private func position(ofByte offset: Int) -> (line: Int, column: Int) {
        let before = input.prefix(max(0, min(offset, input.count)))
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return (before.lazy.filter { $0 == UInt8(ascii: "\n") }.count + 1, before.count - start + 1)
    }
}
