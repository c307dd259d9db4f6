import CHost

/// Where the time of a validation goes, in the field's four parts.
public struct ValidationTimes: Equatable, Sendable {
    /// A part of the work on a batch.
    public enum Part: Int, CaseIterable, Sendable {
        /// Waiting for pictures: reading, decoding and letterboxing, as far as they did not happen meanwhile.
        case preprocess
        /// The forward pass.
        case inference
        /// The loss terms.
        case loss
        /// Suppression, and matching with the labels.
        case postprocess

        /// The word in tables.
        public var name: String { String(describing: self) }
    }

    /// Images of all ranks.
    public var images = 0.0
    /// Seconds of all ranks, by `Part`.
    public var seconds = [Double](repeating: 0, count: Part.allCases.count)

    /// Nothing yet.
    public init() {}

    /// Milliseconds that a part takes a rank for an image.
    public func milliseconds(_ part: Part) -> Double { 1e3 * seconds[part.rawValue] / max(images, 1) }

    /// The field's line.
    public var text: String {
        let parts = Part.allCases.map { "\(tenths(milliseconds($0)))ms \($0.name)" }
        return "Speed: " + parts.joined(separator: ", ") + " per image"
    }

    mutating func measure<Result>(_ part: Part, _ body: () throws -> Result) rethrows -> Result {
        let start = chost_seconds()
        defer { seconds[part.rawValue] += chost_seconds() - start }
        return try body()
    }
}

private func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
