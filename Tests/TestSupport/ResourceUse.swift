import Diagnostics
import Foundation

/// What a program took from start to end.
public struct ResourceUse: Sendable {
    /// The largest resident set that one of its processes had, in bytes.
    public var peakBytes: Int
    /// Seconds of CPU of the program and of the processes that it waited for.
    public var cpuSeconds: Double

    /// What a file that is none, or asks for too much, may cost whoever reads it.
    public static let hostileCeiling = ResourceUse(peakBytes: 300_000_000, cpuSeconds: 2)

    /// Whether neither number is above the other's.
    public func isWithin(_ ceiling: ResourceUse) -> Bool {
        peakBytes <= ceiling.peakBytes && cpuSeconds <= ceiling.cpuSeconds
    }
}

extension ProgramRun {
    /// Runs a program to its end and measures it; under `mpirun` the peak is that of the largest rank.
    public static func measured(
        _ command: [String], environment: [String: String] = [:], in folder: URL? = nil, limit: Double = 120
    ) throws -> (outcome: Outcome, use: ResourceUse) {
        let file = FileManager.default.temporaryDirectory.appending(path: "use-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        let tool = products.appending(path: "resource-use").path
        let outcome = try start(
            [tool, file.path] + command, environment: environment, in: folder, limit: limit)
        let numbers = try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isWhitespace)
        guard numbers.count == 2, let peak = Int(numbers[0]), let seconds = Double(numbers[1]) else {
            throw Problem("wrote no use of \(command.joined(separator: " "))", exit: .internalError)
        }
        return (outcome, ResourceUse(peakBytes: peak, cpuSeconds: seconds))
    }
}
