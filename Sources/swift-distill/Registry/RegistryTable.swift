import Diagnostics
import Foundation

/// The results of a registry for people, the newest first.
struct RegistryTable: CustomStringConvertible {
    let description: String

    init(_ registry: Registry) {
        var table = TextTable(
            ["result", "place", "student", "validation", "epochs", "mAP50", "mAP50-95", "fitness"], left: 4)
        let places = Registry.Place.allCases.compactMap { place in registry.result(in: place).map { (place, $0) } }
        func number(_ value: Double?) -> String { value.map { String(format: "%.5f", $0) } ?? "-" }
        for result in registry.kept {
            let own = places.filter { $0.1.isSame(as: result) }.map(\.0.rawValue)
            let card = result.card
            table.add([
                result.name, own.joined(separator: ", "), card.architecture, String(card.validationDigest.prefix(8)),
                "\(card.epochsTrained)", number(card.metrics?.mAP50), number(card.metrics?.mAP50To95),
                number(card.fitness),
            ])
        }
        description = table.description
    }
}

extension Registry {
    /// The kept result of a name; of a run's name the newest.
    ///
    /// - Throws: `Problem` of exit code `missingInput`.
    func find(_ name: String) throws -> KeptResult {
        let kept = kept
        if let found = kept.first(where: { $0.name == name }) ?? kept.first(where: { $0.card.run == name }) {
            return found
        }
        throw Problem(
            "there is no result \(name)", file: path,
            remedy: "Name one of \(kept.prefix(10).map(\.name).joined(separator: ", "))", exit: .missingInput)
    }

    /// Gives a kept result a place, unless it has it.
    ///
    /// - Throws: as `place`.
    func promote(_ result: KeptResult, to place: Place) throws {
        let lock = RegistryLock(path)
        try withExtendedLifetime(lock) {
            if self.result(in: place).map({ !$0.isSame(as: result) }) ?? true { try self.place(result, as: place) }
        }
    }
}
