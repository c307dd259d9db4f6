import Tensors

/// An upright thing of a person's size: a stump, a post, a sign, a cairn.
struct Upright: Thing {
    enum Kind: CaseIterable { case stump, post, sign, cairn, snag }

    let base: Float
    private let x: Float
    private let height: Float
    private let kind: Kind
    private let color: Color
    private let plate: Color
    private let lean: Float

    init(x: Float, base: Float, height: Float, _ random: inout RandomStream) {
        self.x = x
        self.base = base
        kind = random.pick(Kind.allCases)
        self.height = height * random.real(0.6, 1.1)
        color = random.vary(random.pick([rgb(0.35, 0.25, 0.17), rgb(0.5, 0.5, 0.5), rgb(0.15, 0.13, 0.12)]), by: 0.2)
        let plates: [Color] = [rgb(0.85, 0.75, 0.1), rgb(0.8, 0.12, 0.1), rgb(0.9, 0.9, 0.9), rgb(0.1, 0.35, 0.2)]
        plate = random.vary(random.pick(plates))
        lean = random.real(-0.08, 0.08)
    }

    func draw(on canvas: Canvas, in world: World) {
        let paint = world.lit(color, at: base)
        let top = Point(x + lean * height, base - height)
        switch kind {
        case .stump:
            let wide = height * 0.2
            canvas.limb(Point(x, base - wide * 0.5), Point(x, base - height * 0.6), wide, wide * 0.8, paint)
            let cut = world.lit(rgb(0.65, 0.52, 0.36), at: base)
            canvas.ellipse(Point(x, base - height * 0.72), Point(wide * 0.75, wide * 0.3), cut)
        case .post: canvas.limb(Point(x, base), top, height * 0.07, height * 0.07, paint)
        case .sign:
            canvas.limb(Point(x, base), top, height * 0.03, height * 0.03, paint)
            let half = height * 0.2
            canvas.box(top.x - half, top.y - half * 0.4, top.x + half, top.y + half, world.lit(plate, at: base))
        case .cairn:
            for level in 0..<4 {
                let up = Float(level)
                let radii = Point(height * (0.22 - up * 0.045), height * 0.13)
                let centre = Point(x + lean * up * 6, base - height * (0.1 + up * 0.2))
                canvas.ellipse(centre, radii, paint.times(0.9 + up * 0.06))
            }
        case .snag:
            canvas.limb(Point(x, base), top, height * 0.13, height * 0.05, paint)
            for (low, aside, high) in [(Float(0.55), Float(0.3), Float(0.2)), (0.4, -0.3, 0.35)] {
                let tip = top + Point(aside, high) * height
                canvas.limb(Point(x, base - height * low), tip, height * 0.038, height * 0.02, paint)
            }
        }
    }
}
