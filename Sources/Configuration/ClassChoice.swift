import Diagnostics
import Documents

/// Classes that a user names on the command line.
public enum ClassChoice {
    /// The indices of classes that are given by index or by name; nil where none is given.
    ///
    /// - Parameter owner: what has the classes, for messages.
    /// - Throws: `Problem` of exit code `commandLine` for what is neither.
    public static func indices(_ words: [String], among names: [String], of owner: String = "the model") throws -> Set<
        Int
    >? {
        if words.isEmpty { return nil }
        return Set(try words.map { try index($0, among: names, of: owner) })
    }

    private static func index(_ word: String, among names: [String], of owner: String) throws -> Int {
        if let index = names.firstIndex(of: word) { return index }
        if let index = Int(word), names.indices.contains(index) { return index }
        let near = NearestNames.of(word, among: names).map { Node.printable($0) }
        let known = names.prefix(20).enumerated().map { "\($0) \(Node.printable($1))" }.joined(separator: ", ")
        throw Problem(
            "\(owner) has no class `\(Node.printable(word))`; it has \(known)\(names.count > 20 ? ", …" : "")",
            remedy: near.isEmpty
                ? "Name classes by index or by name" : "Perhaps you mean `\(near.joined(separator: "` or `"))`",
            exit: .commandLine)
    }
}
