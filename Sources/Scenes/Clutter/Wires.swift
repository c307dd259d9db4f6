import Tensors

/// A row of poles with wires between them, or a fence.
struct Wires: Thing {
    let base: Float
    private let poles: [(foot: Point, metre: Float)]
    private let tall: Float
    private let lines: Int
    private let color: Color
    private let wire: Color
    private let sag: Float

    init(base: Float, in world: World, _ random: inout RandomStream) {
        self.base = base
        let view = world.view
        let fence = random.chance(0.35)
        tall = fence ? random.real(1, 1.5) : random.real(7, 14)
        lines = random.count(2, 4)
        let gap = fence ? random.real(1.5, 3) : random.real(15, 40)
        let metre = view.metre(at: base)
        let step = max(gap * metre, 14)
        let rise = random.real(-0.12, 0.12)
        var x = random.real(-step, 0)
        var poles: [(Point, Float)] = []
        while x < view.width + step * 2, poles.count < 26 {
            let foot = max(base + (x - view.width / 2) * rise, view.ground + 1)
            poles.append((Point(x, foot), view.metre(at: foot)))
            x += step
        }
        self.poles = poles
        color = random.vary(random.pick([rgb(0.3, 0.24, 0.18), rgb(0.5, 0.5, 0.5)]), by: 0.2)
        wire = random.chance(0.35) ? rgb(0.75, 0.77, 0.8) : rgb(0.12, 0.12, 0.13)
        sag = fence ? 0.02 : random.real(0.03, 0.12)
    }

    func draw(on canvas: Canvas, in world: World) {
        for (index, pole) in poles.enumerated() {
            let top = pole.foot - Point(0, tall * pole.metre)
            let paint = world.lit(color, at: pole.foot.y)
            canvas.limb(pole.foot, top, pole.metre * 0.11, pole.metre * 0.08, paint)
            guard index + 1 < poles.count else { continue }
            let next = poles[index + 1]
            for line in 0..<lines {
                let drop = Float(line) * (tall < 2 ? 0.3 : 0.5)
                let from = top + Point(0, drop * pole.metre)
                let to = next.foot - Point(0, (tall - drop) * next.metre)
                string(from, to, world.hazed(world.air.light * wire, at: pole.foot.y), on: canvas)
            }
        }
    }

    private func string(_ from: Point, _ to: Point, _ paint: Color, on canvas: Canvas) {
        var last = from
        for step in 1...8 {
            let t = Float(step) / 8
            var next = from + (to - from) * t
            next.y += sag * (to.x - from.x) * 4 * t * (1 - t)
            canvas.limb(last, next, 0.35, 0.35, paint.faded(1))
            last = next
        }
    }
}
