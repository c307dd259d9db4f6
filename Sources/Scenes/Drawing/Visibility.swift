/// What can still be seen of an object once the picture is finished.
struct Visibility {
    /// A labelled object: its class and the pixels it takes.
    struct Sighting {
        /// Place of its layer in drawing order.
        let layer: Int
        let category: Int
        let bounds: Bounds
    }

    /// How much of an object must be left to be labelled.
    private static let leastShare: Float = 0.25
    /// The same for fire and lightning, which catch the eye.
    private static let leastShiningShare: Float = 0.08
    private static let leastSide = 5
    private static let leastContrast: Float = 0.05
    /// Percent of the longest line of a flame or plume below which a line is no part of its box.
    private static let speck = 5

    /// Sightings in drawing order; walks from the nearest layer to the farthest.
    static func sightings(on canvas: Canvas) -> [Sighting] {
        canvas.finish()
        var clear = [Float](repeating: 1, count: canvas.width * canvas.height)
        var found: [Sighting] = []
        for (order, layer) in canvas.layers.enumerated().reversed() {
            if let category = layer.category,
                let bounds = seen(
                    layer, through: clear, width: canvas.width)
            {
                found.append(Sighting(layer: order, category: category, bounds: bounds))
            }
            let bounds = layer.bounds
            for row in 0..<bounds.height {
                let start = (bounds.top + row) * canvas.width + bounds.left
                for column in 0..<bounds.width {
                    clear[start + column] *= 1 - layer.coverage[row * bounds.width + column]
                }
            }
        }
        return found.reversed()
    }

    private static func seen(_ layer: Layer, through clear: [Float], width: Int) -> Bounds? {
        let bounds = layer.bounds
        let translucent = layer.category == Category.smoke.rawValue || layer.category == Category.fire.rawValue
        let least: Float = translucent ? 0.22 : 0.35
        var total: Float = 0
        var visible: Float = 0
        var rows = [Int](repeating: 0, count: bounds.height)
        var columns = [Int](repeating: 0, count: bounds.width)
        for row in 0..<bounds.height {
            let start = (bounds.top + row) * width + bounds.left
            for column in 0..<bounds.width {
                let coverage = layer.coverage[row * bounds.width + column]
                total += coverage
                let left = coverage * clear[start + column]
                visible += left
                if left > least {
                    rows[row] += 1
                    columns[column] += 1
                }
            }
        }
        let speck = translucent ? Visibility.speck : 0
        guard let high = extent(rows, speck), let wide = extent(columns, speck) else { return nil }
        let shines = layer.category == Category.fire.rawValue || layer.category == Category.lightning.rawValue
        let share = shines ? leastShiningShare : leastShare
        guard layer.contrast >= leastContrast, visible >= share * total,
            min(high.count, wide.count) >= leastSide
        else { return nil }
        return Bounds(
            left: bounds.left + wide.lowerBound, top: bounds.top + high.lowerBound,
            right: bounds.left + wide.upperBound, bottom: bounds.top + high.upperBound)
    }

    /// First to last line with visible pixels; specks far from the rest, a few in a line, do not count.
    private static func extent(_ lines: [Int], _ speck: Int) -> Range<Int>? {
        guard let peak = lines.max(), peak > 0 else { return nil }
        let enough = max(peak * speck / 100, 1)
        guard let first = lines.firstIndex(where: { $0 >= enough }),
            let last = lines.lastIndex(where: { $0 >= enough })
        else { return nil }
        return first..<last + 1
    }
}
