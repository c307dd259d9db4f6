/// Ends a run whose fitness has not improved for a number of epochs.
///
/// Only a strictly greater fitness is an improvement; the first epoch that is judged is the best so far. (In the reference
/// every epoch of fitness 0 is an improvement on 0: a run that learns nothing never ends.)
public struct EarlyStopping: Equatable, Sendable, Codable {
    /// Epochs without improvement that are waited for; 0 waits for ever.
    public var patience: Int
    private(set) var bestFitness = 0.0
    /// 1-based epoch of the best fitness.
    public private(set) var bestEpoch = 0

    init(patience: Int) { self.patience = patience }

    /// Takes in the fitness of a 1-based epoch; says whether it is the best so far and whether to stop.
    public mutating func observe(_ fitness: Double, epoch: Int) -> (isBest: Bool, stops: Bool) {
        let isBest = fitness > bestFitness || bestEpoch == 0
        if isBest {
            bestFitness = fitness
            bestEpoch = epoch
        }
        return (isBest, isOver(after: epoch))
    }

    /// Whether patience has run out after a 1-based epoch.
    func isOver(after epoch: Int) -> Bool { patience > 0 && bestEpoch > 0 && epoch - bestEpoch >= patience }
}
