import Foundation

/// How terms add up to the total: groups of gained terms, each group with a weight.
///
/// Printed at the start of a run, so that what is optimised can be read off the log.
public struct Equation: Equatable, Sendable {
    /// A term inside a group.
    public struct Part: Equatable, Sendable {
        /// As in logs.
        public var name: String
        /// Factor inside the group.
        public var gain: Double
        /// Whether the term's logged value already contains the gain.
        public var valueIncludesGain: Bool

        /// A part with this gain.
        public init(name: String, gain: Double, valueIncludesGain: Bool = false) {
            self.name = name
            self.gain = gain
            self.valueIncludesGain = valueIncludesGain
        }
    }

    /// Parts under one weight.
    public struct Group: Equatable, Sendable {
        /// Factor of all parts.
        public var weight: Double
        /// In the order of logs.
        public var parts: [Part]

        /// A group of these parts.
        public init(weight: Double, parts: [Part]) {
            self.weight = weight
            self.parts = parts
        }
    }

    /// In the order of logs.
    public let groups: [Group]

    /// The sum of these groups.
    public init(groups: [Group]) {
        self.groups = groups
    }

    /// `2·(box 7.5 + cls 0.5) + 1·(…)`.
    public var text: String {
        groups.map { group in
            let parts = group.parts.map { "\($0.name) \(number($0.gain))" }
            return "\(number(group.weight))·(\(parts.joined(separator: " + ")))"
        }.joined(separator: " + ")
    }

    /// Names in order.
    public var names: [String] { groups.flatMap { $0.parts.map(\.name) } }

    /// Factor from each term's logged value to the total, in the order of `names`.
    public var weights: [Double] {
        groups.flatMap { group in
            group.parts.map { part in
                // A gain of 0 leaves a gained value of 0: the weight says that the term is off.
                part.valueIncludesGain ? (part.gain == 0 ? 0 : group.weight) : group.weight * part.gain
            }
        }
    }

    /// Terms with these logged values, in the order of `names`.
    public func terms(_ values: [Double]) -> [Term] {
        precondition(values.count == names.count, "\(values.count) values for \(names)")
        return zip(zip(names, weights), values).map { Term(name: $0.0, weight: $0.1, value: $1) }
    }

    private func number(_ value: Double) -> String { String(format: "%g", value) }
}
