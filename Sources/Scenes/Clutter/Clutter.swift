import Foundation
import Tensors

/// A boulder; from afar it could be a parked car.
struct Boulder: Thing {
    let base: Float
    private let x: Float
    private let outline: [Point]
    private let height: Float
    private let color: Color
    private let noise: Noise

    init(x: Float, base: Float, height: Float, _ random: inout RandomStream) {
        self.x = x
        self.base = base
        self.height = height
        let width = height * random.real(0.6, 1.6)
        let corners = random.count(6, 10)
        outline = (0..<corners).map { index in
            let angle = Float(index) / Float(corners - 1) * .pi
            let reach = random.real(0.75, 1.1)
            return Point(x + cos(angle) * width * reach, base - sin(angle) * height * reach + height * 0.03)
        }
        color = random.vary(random.pick([rgb(0.5, 0.48, 0.45), rgb(0.36, 0.35, 0.35), rgb(0.55, 0.45, 0.36)]))
        noise = Noise(&random)
    }

    func draw(on canvas: Canvas, in world: World) {
        let depth = world.view.depth(at: base)
        let bright = world.air.lit(color, depth: depth)
        let dark = world.air.lit(color.times(world.air.shade * 0.7), depth: depth)
        canvas.polygon(outline) { px, py in
            let n = noise.rough(px / height * 4, py / height * 4)
            let light = 0.4 + (px - x) / height * world.air.side * 0.4 + (base - py) / height * 0.4 + (n - 0.5)
            return mix(dark, bright, min(max(light, 0), 1))
        }
    }
}

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

/// A small bird in the sky.
struct Bird: Thing {
    let base: Float = -1e6 + 9e5
    private let place: Point
    private let span: Float
    private let flap: Float

    init(in world: World, _ random: inout RandomStream) {
        place = Point(random.real(0, world.view.width), random.real(0, max(world.view.horizon, 10)))
        span = random.scale(2, 9)
        flap = random.real(-0.3, 0.8)
    }

    func draw(on canvas: Canvas, in world: World) {
        let paint = world.air.zenith.times(0.25).faded(0.85)
        for side in [Float(-1), 1] {
            let elbow = place + Point(side * span * 0.5, -span * flap * 0.6)
            canvas.limb(place, elbow, span * 0.07, span * 0.06, paint)
            canvas.limb(elbow, elbow + Point(side * span * 0.5, span * flap * 0.4), span * 0.06, span * 0.03, paint)
        }
    }
}

/// Tall grass or twigs right before the camera.
struct Blades: Thing {
    let base: Float
    private let stems: [(Point, Point, Float)]
    private let color: Color

    init(in world: World, _ random: inout RandomStream) {
        let view = world.view
        base = view.height * 1.2
        let centre = random.real(0, view.width)
        stems = (0..<random.count(12, 50)).map { _ in
            let foot = Point(centre + random.real(-0.25, 0.25) * view.width, view.height + 3)
            let tip = foot + Point(random.real(-0.1, 0.1), -random.real(0.06, 0.35)) * view.height
            return (foot, tip, random.real(0.7, 2.2))
        }
        color = random.vary(random.pick([rgb(0.3, 0.38, 0.14), rgb(0.62, 0.53, 0.3), rgb(0.2, 0.17, 0.12)]), by: 0.2)
    }

    func draw(on canvas: Canvas, in world: World) {
        let paint = world.air.lit(color, depth: 1)
        for (index, (foot, tip, radius)) in stems.enumerated() {
            canvas.limb(foot, tip, radius, radius * 0.3, paint.times(0.75 + 0.05 * Float(index % 8)))
        }
    }
}
