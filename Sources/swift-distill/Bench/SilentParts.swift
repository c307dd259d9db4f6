import Collectives
import Layers
import Training

/// Writes nothing down.
final class SilentJournal: Journal {
    func note(_ text: String) {}
    func record(_ report: StepReport, _ state: RunState) {}
    func finish(_ report: EpochReport, _ state: RunState) {}
}

/// Scores nothing: a measurement ends before an epoch does.
final class SilentEvaluator: Evaluator {
    func evaluate(_ values: FlatBuffer, ranks: any Communicator) -> Scores? { nil }
}
