import Graphics

/// Colours for numbers from nothing to the most.
public struct ColorScale: Sendable {
    private let stops: [Color]

    /// Colours at equal distances.
    public init(_ stops: [Color]) { self.stops = stops }

    /// White to dark blue.
    public static let blues = ColorScale([
        Color(1, 1, 1), Color(0.80, 0.88, 0.95), Color(0.46, 0.67, 0.86), Color(0.16, 0.44, 0.73),
        Color(0.03, 0.19, 0.42),
    ])

    /// The colour of a share, 0…1.
    public func color(_ share: Double) -> Color {
        guard share.isFinite else { return stops[0] }
        let place = min(max(share, 0), 1) * Double(stops.count - 1)
        let index = min(Int(place), stops.count - 2)
        return stops[index].mixed(with: stops[index + 1], place - Double(index))
    }
}
