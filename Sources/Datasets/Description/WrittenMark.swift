import Foundation

/// The first line of a description that this program wrote: where the classes come from.
struct WrittenMark: Equatable {
    /// Name of the file beside it that named them; nil when they were assumed.
    var namingFile: String?

    private static let start = "# Written by swift-distill: "
    private static let assumed = "nothing named the classes, the five of the wildfire job are assumed."
    private static let named = "the classes are those of "

    init(namingFile: String?) { self.namingFile = namingFile.map { ($0 as NSString).lastPathComponent } }

    /// The mark of a file; nil where someone else wrote it.
    init?(of file: String) {
        let bytes = (try? RegularFile.bytes(file, atMost: 4096)) ?? []
        let line = String(decoding: bytes.prefix { $0 != 10 && $0 != 13 }, as: UTF8.self)
        if line == Self.start + Self.assumed { return }
        guard line.hasPrefix(Self.start + Self.named), line.hasSuffix(".") else { return nil }
        namingFile = String(line.dropFirst((Self.start + Self.named).count).dropLast())
    }

    /// The line.
    var line: String { Self.start + (namingFile.map { Self.named + $0 + "." } ?? Self.assumed) }
}
