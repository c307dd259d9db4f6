import Diagnostics
import Foundation
import TestSupport
import Testing

extension Program {
    /// Runs `swift-distill` on a file that somebody made to do harm, and expects that it neither crashes nor takes more
    /// memory or time than such a file may.
    ///
    /// - Parameter codes: how it may end.
    @discardableResult
    static func expectModestUse(
        _ arguments: [String], in folder: URL? = nil, codes: [ExitCode], at place: SourceLocation = #_sourceLocation
    ) throws -> ProgramRun.Outcome {
        let (outcome, use) = try ProgramRun.measured([path] + arguments, in: folder)
        let said = "\(arguments): code \(outcome.code): \(outcome.errors.suffix(500))"
        #expect(codes.contains { $0.rawValue == outcome.code }, "\(said)", sourceLocation: place)
        #expect(use.isWithin(.hostileCeiling), "\(use) \(said)", sourceLocation: place)
        return outcome
    }
}
