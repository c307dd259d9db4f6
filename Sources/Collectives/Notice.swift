/// A short message from rank to rank, outside the order of the operations.
enum Notice: Equatable {
    case pulse(Pulse)
    /// A rank has failed; rank 0 prints the text and ends the job with the code.
    case failure(text: String, code: Int32)

    /// Bytes that any notice fits in.
    static let capacity = 2048

    private static let separator: Character = "\u{1}"

    /// The notice as bytes, cut to the capacity.
    var bytes: [UInt8] {
        let fields: [String] =
            switch self {
            case .pulse(let pulse):
                [
                    "pulse", "\(pulse.rank)", "\(pulse.step)", pulse.isWaiting ? "1" : "0", "\(pulse.quiet)",
                    pulse.host, pulse.phase,
                ]
            case .failure(let text, let code): ["failure", "\(code)", text]
            }
        let text = fields.joined(separator: String(Self.separator))
        return Array(text.utf8.prefix(Self.capacity - 1)) + [0]
    }

    /// Reads what `bytes` wrote; nil for anything else.
    init?(_ bytes: [UInt8]) {
        let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        let fields = text.split(separator: Self.separator, omittingEmptySubsequences: false).map(String.init)
        if fields.count == 7, fields[0] == "pulse", let rank = Int(fields[1]), let step = Int(fields[2]),
            let quiet = Double(fields[4])
        {
            self = .pulse(
                Pulse(
                    rank: rank, host: fields[5], phase: fields[6], step: step, isWaiting: fields[3] == "1",
                    quiet: quiet))
        } else if fields.count >= 3, fields[0] == "failure", let code = Int32(fields[1]) {
            let rest = fields[2...].joined(separator: String(Self.separator))
            self = .failure(text: rest, code: code)
        } else {
            return nil
        }
    }
}
