import Diagnostics
import Documents
import Foundation

/// Which classes of two models or data sets are the same, told by their names.
///
/// The same text comes first; then what Python prints for a name that a data set file has without quotes, as the field's
/// models are called that; then texts that differ in case and outer spaces only. What is left of several is no guess.
public struct ClassMatching {
    /// For each own class that the others have, its place there.
    public private(set) var rows: [Int: Int] = [:]
    private let own: [String]
    private let others: [String]
    private var free: Set<Int>

    /// - Parameters:
    ///   - own: names of the classes that places are looked for.
    ///   - printed: what Python prints for a name of these, where that is something else.
    ///   - others: names of the other side.
    /// - Throws: `Problem` naming two classes that one name may mean.
    public init(_ own: [String], printed: [String: String] = [:], among others: [String]) throws {
        self.own = own
        self.others = others
        free = Set(others.indices)
        if own == others {
            rows = Dictionary(uniqueKeysWithValues: own.indices.map { ($0, $0) })
            return
        }
        try match({ $0 }, { $0 })
        try match({ printed[$0] }, { $0 })
        try match(Self.plain, Self.plain)
    }

    private static func plain(_ name: String) -> String { name.lowercased().trimmingCharacters(in: .whitespaces) }

    /// Takes pairs of equal keys among the classes that have no partner yet.
    private mutating func match(_ key: (String) -> String?, _ otherKey: (String) -> String) throws {
        let places = Dictionary(grouping: free.sorted()) { otherKey(others[$0]) }
        var takers: [Int: Int] = [:]
        for (index, name) in own.enumerated() where rows[index] == nil {
            guard let candidates = key(name).flatMap({ places[$0] }) else { continue }
            if candidates.count > 1 { throw ambiguous([name], candidates.map { others[$0] }) }
            if let taker = takers.updateValue(index, forKey: candidates[0]) {
                throw ambiguous([own[taker], name], [others[candidates[0]]])
            }
        }
        for (place, index) in takers {
            rows[index] = place
            free.remove(place)
        }
    }

    private func ambiguous(_ own: [String], _ others: [String]) -> Problem {
        func list(_ names: [String]) -> String {
            names.prefix(2).map { "'\(Node.printable($0))'" }.joined(separator: " and ")
        }
        return Problem(
            "the names of the classes do not say which is which: \(list(own)) of the data set, \(list(others)) of the "
                + "model", remedy: "Give every class the name that it has in the model")
    }
}
