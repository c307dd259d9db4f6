import ArgumentParser

extension ParsableCommand {
    /// Answers `--help` and `--version`, which the parser does not see among words that it only passes on.
    func answerQuestions(_ arguments: [String]) throws {
        if arguments.contains(where: { $0 == "--help" || $0 == "-h" }) { throw CleanExit.helpRequest(self) }
        if arguments.contains("--version") { throw CleanExit.message(SwiftDistill.configuration.version) }
    }
}
