/// One named, weighted part of the objective, with its value.
public struct Term: Equatable, Sendable {
    /// As in logs.
    public var name: String
    /// Factor of `value` in the total.
    public var weight: Double
    /// As logged; of one shard, or summed over all of them.
    public var value: Double

    /// A term with this value.
    public init(name: String, weight: Double, value: Double) {
        self.name = name
        self.weight = weight
        self.value = value
    }

    /// What the term adds to the total.
    public var contribution: Double { weight == 0 ? 0 : weight * value }
}

extension Array where Element == Term {
    /// The weighted sum.
    public var total: Double { reduce(0) { $0 + $1.contribution } }
}
