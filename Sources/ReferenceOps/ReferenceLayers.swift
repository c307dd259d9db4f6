import Foundation

/// Layers without weights.
extension ReferenceMap {
    /// `x · sigmoid(x)`.
    public var silu: ReferenceMap { map { value, _ in value / (1 + exp(-value)) } }

    /// The sum with images of equal size.
    public func adding(_ other: ReferenceMap) -> ReferenceMap {
        ReferenceMap(n, height, width, channels, zip(values, other.values).map { $0 + $1 })
    }

    /// Some channels of every pixel.
    public func channels(_ range: Range<Int>) -> ReferenceMap {
        ReferenceMap(n, height, width, range.count) { self[$0, $1, $2, range.lowerBound + $3] }
    }

    /// Maps of equal size, one behind the other along the channels.
    public static func joined(_ maps: [ReferenceMap]) -> ReferenceMap {
        let first = maps[0]
        let sources = maps.flatMap { map in (0..<map.channels).map { (map, $0) } }
        return ReferenceMap(first.n, first.height, first.width, sources.count) { image, y, x, c in
            sources[c].0[image, y, x, sources[c].1]
        }
    }

    /// Cells of all maps of an image, in one row of anchors.
    public static func linedUp(_ levels: [ReferenceMap]) -> ReferenceMap {
        let cells = levels.flatMap { level in
            (0..<level.height * level.width).map { (level, $0 / level.width, $0 % level.width) }
        }
        return ReferenceMap(levels[0].n, 1, cells.count, levels[0].channels) { image, _, anchor, c in
            cells[anchor].0[image, cells[anchor].1, cells[anchor].2, c]
        }
    }

    /// Every pixel four times: `out[y, x] = in[y / 2, x / 2]`.
    public var enlarged: ReferenceMap {
        ReferenceMap(n, height * 2, width * 2, channels) { self[$0, $1 / 2, $2 / 2, $3] }
    }

    /// The largest value of the window around a position, as far as it is inside, and its lead before the next one.
    private func winner(_ image: Int, _ y: Int, _ x: Int, _ c: Int, window: Int) -> (value: Double, lead: Double) {
        let reach = window / 2
        var (best, second) = (-Double.infinity, -Double.infinity)
        for row in max(0, y - reach)...min(height - 1, y + reach) {
            for column in max(0, x - reach)...min(width - 1, x + reach) {
                let value = self[image, row, column, c]
                second = max(second, min(value, best))
                best = max(best, value)
            }
        }
        return (best, best - second)
    }

    /// The largest value of the window around every pixel.
    public func pooled(window: Int) -> ReferenceMap {
        ReferenceMap(n, height, width, channels) { winner($0, $1, $2, $3, window: window).value }
    }

    /// By how much the largest value of a window leads before the next one, where it leads least: how far values may
    /// move before another one wins.
    public func smallestLead(window: Int) -> Double {
        ReferenceMap(n, height, width, channels) { winner($0, $1, $2, $3, window: window).lead }.values.min()
            ?? .infinity
    }
}
