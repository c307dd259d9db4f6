import Diagnostics
import Documents
import Foundation

/// What stands before the numbers of the layers in the names of a file: `model.` in the field's state dictionaries, more where
/// a wrapper was saved (`model.model.`, `module.model.`, `_orig_mod.model.`), nothing where only the list of layers was.
struct NamePrefix {
    let text: String

    static let usual = "model."
    /// More places in one file are not looked at.
    private static let mostCandidates = 64

    /// The prefix with which most names are those of a model.
    ///
    /// - Parameter expected: names of the model, with the usual prefix.
    /// - Throws: `Problem` when the file has two models that fit equally well.
    init(of weights: NamedWeights, expected: [String], file: String) throws {
        guard let first = expected.first, first.hasPrefix(Self.usual),
            let part = first.lastIndex(of: ".").map({ String(first[...$0].dropFirst(Self.usual.count)) })
        else {
            text = Self.usual
            return
        }
        var candidates = [Self.usual]
        for name in weights.keys.sorted() where candidates.count < Self.mostCandidates {
            guard let place = name.range(of: part)?.lowerBound else { continue }
            let before = String(name[..<place])
            if before.isEmpty || before.hasSuffix("."), !candidates.contains(before) { candidates.append(before) }
        }
        let counts = candidates.map { prefix in
            expected.count { weights[prefix + $0.dropFirst(Self.usual.count)] != nil }
        }
        let most = counts.max() ?? 0
        let best = zip(candidates, counts).filter { $0.1 == most }.map(\.0)
        if most == 0 || best[0] == Self.usual {
            text = Self.usual
        } else if best.count == 1 {
            text = best[0]
        } else {
            throw Problem(
                "holds two models of this architecture: '\(best[0])…' and '\(best[1])…'", file: file,
                remedy: "Save the one you mean by itself")
        }
    }
}
