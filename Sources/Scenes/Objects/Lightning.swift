import Tensors

/// A bolt from the clouds to the ground (or within the clouds): a jagged line with branches and a glow.
struct Lightning: Thing {
    private struct Stroke {
        var from: Point
        var to: Point
        var radius: Float
        var light: Float
    }

    let base: Float
    let category: Category? = .lightning
    private let strokes: [Stroke]
    private let core: Color
    private let aura: Color
    private let reach: Float
    private let start: Point

    init(from start: Point, to end: Point, base: Float, in world: World, _ random: inout RandomStream) {
        self.base = base
        self.start = start
        let length = max(abs(end.y - start.y), abs(end.x - start.x))
        let radius = min(random.scale(0.5, 2.2), 0.45 + length * 0.012)
        let light: Float = world.air.isDark ? random.real(0.7, 1) : random.real(0.55, 1)
        var strokes: [Stroke] = []
        let jag = random.real(0.1, 0.3)
        Lightning.fork(
            from: start, to: end, radius: radius, light: light, level: 0, jag: jag, &strokes, &random)
        self.strokes = strokes
        core = random.pick([rgb(1.1, 1.1, 1.15), rgb(1.05, 1, 1.15), rgb(1.1, 1.05, 0.9), rgb(0.9, 0.95, 1.15)])
        let auras: [Color] = [
            rgb(0.5, 0.45, 0.95, 0), rgb(0.75, 0.5, 0.9, 0), rgb(0.5, 0.65, 1, 0), rgb(0.9, 0.7, 0.5, 0),
        ]
        aura = random.pick(auras) * (random.real(0.25, 0.9) * (0.25 + world.air.glare * 0.75))
        reach = radius * random.real(3, 7) + 2
    }

    /// A path of broken pieces, each of which may start a thinner one.
    private static func fork(
        from start: Point, to end: Point, radius: Float, light: Float, level: Int, jag: Float,
        _ strokes: inout [Stroke], _ random: inout RandomStream
    ) {
        let path = broken(from: start, to: end, jag: jag, &random)
        let span = end - start
        let branching = 0.9 / Double(path.count) * Double(random.real(0.5, 4.5))
        for index in 1..<path.count {
            let t = Float(index) / Float(path.count)
            let thin = radius * (level == 0 ? 1 - 0.3 * t : 1 - 0.75 * t)
            let dim = level == 0 ? light : light * (1 - 0.5 * t)
            strokes.append(Stroke(from: path[index - 1], to: path[index], radius: thin, light: dim))
            if level < 2, index < path.count - 2, random.chance(branching) {
                let turn = random.sign() * random.real(0.3, 1)
                let part = random.real(0.15, 0.5) * (1 - t)
                let aim = Point(span.x - span.y * turn, span.y * random.real(0.6, 1) + span.x * turn) * part
                fork(
                    from: path[index], to: path[index] + aim, radius: thin * random.real(0.4, 0.75),
                    light: light * random.real(0.6, 0.95), level: level + 1, jag: jag, &strokes, &random)
            }
        }
    }

    /// Midpoints moved aside, again and again, until the pieces are short.
    private static func broken(
        from start: Point, to end: Point, jag: Float, _ random: inout RandomStream
    ) -> [Point] {
        var path = [start, end]
        var size = jag
        while true {
            let step = path[1] - path[0]
            if (step * step).sum() < 25 || path.count > 80 { return path }
            var finer: [Point] = [path[0]]
            for index in 1..<path.count {
                let along = path[index] - path[index - 1]
                let middle = (path[index] + path[index - 1]) * 0.5
                finer.append(middle + Point(-along.y, along.x) * random.real(-size, size))
                finer.append(path[index])
            }
            path = finer
            size *= 0.95
        }
    }

    func draw(on canvas: Canvas, in world: World) {
        canvas.halo(at: start, radius: world.view.width * 0.3, light: aura * 0.4, squash: 0.5)
        for (index, stroke) in strokes.enumerated() where index % 2 == 0 {
            canvas.halo(at: stroke.from, radius: reach * (0.5 + stroke.radius), light: aura * (0.3 * stroke.light))
        }
        for stroke in strokes {
            canvas.limb(stroke.from, stroke.to, stroke.radius, stroke.radius, core.faded(stroke.light))
        }
    }
}
