import Collectives
import Configuration
import Diagnostics
import Foundation
import Models
import Tensors

/// Decides, on rank 0 and for all, which algorithm computes which convolution of a run.
///
/// The choice changes last bits. So it depends neither on ranks nor on threads, is kept for the next run on this kind of CPU, and
/// goes with the run: into its folder, its checkpoints, and from there into whatever resumes it.
struct ConvolutionPlanning {
    let recipe: Recipe
    let ranks: any Communicator

    /// Makes the choice this process's.
    ///
    /// - Parameter resumed: what the run was begun with, empty when its checkpoint does not say; nil for a new run.
    /// - Returns: the record of the run, the same on all ranks, and a line for the log.
    /// - Throws: `Problem` when the recipe names a file or an algorithm that does not exist.
    func decide(student: Detector, teacher: Detector?, resumed: String?) throws -> (record: String, note: String) {
        let own = ranks.rank == 0 ? try decision(student, teacher, resumed) : Decision(record: "", note: "")
        let text = try ranks.broadcast(Array(try JSONEncoder().encode(own)))
        let decision = try JSONDecoder().decode(Decision.self, from: Data(text))
        let decided = try ConvolutionRecord(Data(decision.record.utf8), source: "rank 0's choice").choices
        ConvolutionChoices.current = ConvolutionChoices(decided: decided)
        return (decision.record, decision.note)
    }

    private struct Decision: Codable {
        var record: String
        var note: String
    }

    private func decision(_ student: Detector, _ teacher: Detector?, _ resumed: String?) throws -> Decision {
        if let resumed {
            // Before there were choices, there were the rules.
            return try Decision(record: resumed.isEmpty ? record([:]) : resumed, note: "as the run began")
        }
        switch recipe.convolutions {
        case "measured": return try measured(tasks(student, teacher))
        case "fixed":
            // Written down, too: another version may have other rules.
            let rules = try tasks(student, teacher).map { ($0, $0.candidates[0]) }
            return try Decision(record: record(Dictionary(uniqueKeysWithValues: rules)), note: "by the rules")
        case let name:
            if let algorithm = ConvolutionAlgorithm(rawValue: name) {
                let all = try tasks(student, teacher).filter { $0.candidates.contains(algorithm) }
                return try Decision(
                    record: record(Dictionary(uniqueKeysWithValues: all.map { ($0, algorithm) })),
                    note: "\(name) wherever it applies")
            }
            guard let text = try? ConvolutionRecord.bytes(of: name) else {
                let names = ConvolutionAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem(
                    "`convolutions` is \(name), which is neither a file nor an algorithm",
                    remedy: "Use measured, fixed, the convolutions.json of a run, or one of \(names)",
                    exit: .commandLine)
            }
            return try Decision(record: record(ConvolutionRecord(text, source: name).choices), note: "from \(name)")
        }
    }

    private func measured(_ tasks: Set<ConvolutionTask>) throws -> Decision {
        let start = Date()
        let (decided, measured, trouble) = ConvolutionMemory(cpu: cpu).decide(tasks)
        let others = decided.count { $0.value != $0.key.candidates[0] }
        var note = "\(counted(tasks.count, "task")), \(others) otherwise than by the rules"
        if measured > 0 {
            note += String(format: "; measured %d in %.1f s", measured, Date().timeIntervalSince(start))
        }
        if let trouble { note += "; not kept for the next run: \(trouble)" }
        return Decision(record: try record(decided), note: note)
    }

    private func tasks(_ student: Detector, _ teacher: Detector?) throws -> Set<ConvolutionTask> {
        let taught = try teacher?.convolutions([.inference], size: recipe.imageSize) ?? []
        return try student.convolutions(ConvolutionPass.allCases, size: recipe.imageSize).union(taught)
    }

    private func record(_ decided: [ConvolutionTask: ConvolutionAlgorithm]) throws -> String {
        String(decoding: try ConvolutionRecord(cpu: cpu, decided).text, as: UTF8.self)
    }

    private var cpu: String { HostProbe.processor("model name") ?? "unknown" }
}
