import Foundation

/// Numbers with less noise.
public enum Smoothing {
    /// A moving mean weighted by a Gaussian; what is not finite does not count, edges are mirrored.
    ///
    /// - Parameter sigma: the Gaussian's, in places.
    public static func gaussian(_ values: [Double], sigma: Double) -> [Double] {
        let reach = Int((4 * sigma).rounded())
        let weights = (-reach...reach).map { exp(-0.5 * pow(Double($0) / sigma, 2)) }
        return values.indices.map { place in
            if !values[place].isFinite { return .nan }
            var sum = 0.0, weight = 0.0
            for (number, share) in weights.enumerated() {
                let value = values[mirrored(place + number - reach, values.count)]
                guard value.isFinite else { continue }
                sum += value * share
                weight += share
            }
            return weight > 0 ? sum / weight : .nan
        }
    }

    private static func mirrored(_ place: Int, _ count: Int) -> Int {
        let turn = 2 * count
        let inside = ((place % turn) + turn) % turn
        return inside < count ? inside : turn - 1 - inside
    }

    /// A moving mean over a part of all places, the ends repeated; the field's smoothing of curves.
    public static func box(_ values: [Double], part: Double) -> [Double] {
        guard let first = values.first, let last = values.last else { return [] }
        let width = Int((Double(values.count) * part * 2).rounded(.toNearestOrEven)) / 2 + 1
        let edge = width / 2
        let padded = [Double](repeating: first, count: edge) + values + [Double](repeating: last, count: edge)
        return values.indices.map { place in
            padded[place..<min(place + width, padded.count)].reduce(0) { $0 + $1 / Double(width) }
        }
    }
}
