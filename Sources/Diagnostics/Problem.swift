/// Something a user can mend: what is wrong, where, and what to do about it.
///
/// Everything that reads input throws this type and nothing else; programmer errors are preconditions. A rank prints
/// one problem as one message and leaves with its exit code.
public struct Problem: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong, in one sentence without a trailing full stop.
    public var message: String
    /// File (or flag, or host) the problem is in.
    public var file: String?
    /// 1-based line in `file`.
    public var line: Int?
    /// 1-based column in `line`.
    public var column: Int?
    /// What the user can do, as an imperative sentence without a trailing full stop.
    public var remedy: String?
    /// The exit code of the process.
    public var exit: ExitCode

    /// Leave out what is not known of the place.
    public init(
        _ message: String, file: String? = nil, line: Int? = nil, column: Int? = nil, remedy: String? = nil,
        exit: ExitCode = .badData
    ) {
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        self.remedy = remedy
        self.exit = exit
    }

    /// Runs `body`; a problem that it throws without a file is one of this file.
    public static func within<Result>(_ file: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch var problem as Problem {
            problem.file = problem.file ?? file
            throw problem
        }
    }

    /// `file:line:column: message. Remedy.`, one line that is safe for a terminal whatever names stand in it.
    public var description: String {
        var place = ""
        if let file {
            place = file
            if let line { place += ":\(line)" }
            if let column { place += ":\(column)" }
            place += ": "
        }
        return (place + message + "." + (remedy.map { " \($0)." } ?? "")).printable()
    }
}
