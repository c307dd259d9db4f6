import Foundation

/// A result in a registry: a folder with a student and its card.
struct KeptResult {
    /// The folder's name: that of the run, and when the result was made.
    let name: String
    let path: String
    let card: ModelCard

    static let cardName = "model_card.json"

    /// Nil where there is no card that can be read.
    init?(_ path: String) {
        guard let text = FileManager.default.contents(atPath: path + "/" + Self.cardName),
            let card = try? JSONDecoder().decode(ModelCard.self, from: text)
        else { return nil }
        self.path = path
        self.card = card
        name = (path as NSString).lastPathComponent
    }

    /// Names of the result's files.
    var files: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter { $0.hasPrefix("model") }.sorted()
    }

    /// What fitness can be compared within: the same validation images, looked at in the same way.
    struct Contest: Hashable {
        var validation: Substring
        var metric: String?
    }

    var contest: Contest { Contest(validation: card.validationDigest, metric: card.metric) }

    /// Whether it is better than another of the same contest. Nothing is better than what was not measured.
    func isBetter(than other: KeptResult) -> Bool {
        guard let fitness = card.fitness else { return false }
        return fitness > other.card.fitness ?? -1
    }

    /// Whether both are the same result of the same run.
    func isSame(as other: KeptResult) -> Bool {
        card.run == other.card.run && card.weightsDigest == other.card.weightsDigest
    }
}
