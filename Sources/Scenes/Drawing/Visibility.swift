/// What can still be seen of an object once the picture is finished.
struct Visibility {
    /// A labelled object: its class and the pixels it takes.
    struct Sighting {
        let category: Int
        let bounds: Bounds
    }

    /// How much of an object must be left to be labelled.
    private static let leastShare: Float = 0.25
    private static let leastSide = 5
    private static let leastContrast: Float = 0.05

    /// Sightings in drawing order; walks from the nearest layer to the farthest.
    static func sightings(on canvas: Canvas) -> [Sighting] {
        canvas.finish()
        var clear = [Float](repeating: 1, count: canvas.width * canvas.height)
        var found: [Sighting] = []
        for layer in canvas.layers.reversed() {
            if let category = layer.category, let bounds = seen(layer, through: clear, width: canvas.width) {
                found.append(Sighting(category: category, bounds: bounds))
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
        var box: Bounds?
        for row in 0..<bounds.height {
            let start = (bounds.top + row) * width + bounds.left
            for column in 0..<bounds.width {
                let coverage = layer.coverage[row * bounds.width + column]
                total += coverage
                let left = coverage * clear[start + column]
                visible += left
                guard left > least else { continue }
                let x = bounds.left + column
                let y = bounds.top + row
                let pixel = Bounds(left: x, top: y, right: x + 1, bottom: y + 1)
                box = box?.union(pixel) ?? pixel
            }
        }
        guard let box, layer.contrast >= leastContrast, visible >= leastShare * total,
            min(box.width, box.height) >= leastSide
        else { return nil }
        return box
    }
}
