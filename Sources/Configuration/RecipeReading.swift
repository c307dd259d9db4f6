import Diagnostics
import Documents

/// A recipe as it was read, with where each value comes from and what the user should know about it.
public struct RecipeReading: Sendable {
    /// The place a value was given at.
    public struct Origin: Equatable, Sendable, CustomStringConvertible {
        /// The file, or `command line: word`.
        public var file: String
        /// 1-based line, nil on the command line.
        public var line: Int?
        /// 1-based column, nil on the command line.
        public var column: Int?
        /// Whether the value is a word of the command line.
        public var isWord: Bool { line == nil }
        /// `file:line:column`.
        public var description: String { file + (line.map { ":\($0)" } ?? "") + (column.map { ":\($0)" } ?? "") }
    }

    /// The checked recipe; paths in it are absolute.
    public internal(set) var recipe = Recipe()
    /// Where values that are no defaults come from, by key.
    public internal(set) var origins: [String: Origin] = [:]
    /// Lines to print before the run: what was rounded, ignored or looks like a mistake.
    public internal(set) var notes: [String] = []

    /// Whether a file or a word gives a key.
    func isGiven(_ key: String) -> Bool { origins[key] != nil }

    /// A problem at the place that gives the first of these keys that is given at all.
    func problem(at keys: String..., message: String, remedy: String) -> Problem {
        let origin = keys.lazy.compactMap { origins[$0] }.first
        return Problem(
            message, file: origin?.file, line: origin?.line, column: origin?.column, remedy: remedy,
            exit: origin?.isWord == true ? .commandLine : .badData)
    }
}
