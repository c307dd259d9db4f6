import Tensors

/// Smoke (or a cloud, or fog): soft puffs along a path the wind bends, eaten by noise and lit from one side.
struct Smoke: Thing {
    private struct Puff {
        var centre: Point
        var radius: Float
        var strength: Float
    }

    let base: Float
    let category: Category?
    private let puffs: [Puff]
    private let noise: Noise
    private let detail: Float
    private let thickness: Float
    private let bite: Float
    private let relief: Float
    /// Pixels by which the outline is torn aside.
    private let warp: Float
    private let paint: Color
    private let depth: Float
    /// Where fire lights it from below; rows above `base`.
    private let lit: Float
    private let foot: Float

    /// A plume that rises at (`x`, `foot`); `height` and `width` in pixels, `wind` in widths to the right at the top.
    init(
        plumeAt x: Float, foot: Float, height: Float, width: Float, in world: World, depth: Float, base: Float,
        _ random: inout RandomStream
    ) {
        let wind = random.real(-1, 1) * height * random.real(0.1, 1.3)
        let narrow = width * random.real(0.06, 0.3)
        let curve = random.real(0.5, 1.8)
        let lull = random.real(0.1, 0.5)
        let count = random.count(22, 40)
        let sway = random.real(0, 0.25) * width
        let wave = Noise(&random)
        let puffs = (0..<count).map { index in
            let t = Float(index) / Float(count - 1)
            let radius = mix(narrow, width * 0.5, Float.exponent(curve, of: max(t, 0.001))) * random.real(0.5, 1.2)
            let drift = wind * t * t.squareRoot() + (wave.value(t * 3, 0) - 0.5) * sway * t
            let centre = Point(
                x + drift + random.real(-0.75, 0.75) * radius, foot - (height - radius) * t - radius * 0.3)
            return Puff(centre: centre, radius: max(radius, 1.5), strength: mix(1, lull, t))
        }
        self.init(category: .smoke, puffs: puffs, base: base, depth: depth, foot: foot, scale: width, world, &random)
    }

    /// A bank of fog or a cloud: nothing rises from the ground. Not an object.
    init(
        bankAt centre: Point, width: Float, height: Float, in world: World, depth: Float, base: Float,
        _ random: inout RandomStream
    ) {
        let count = random.count(10, 24)
        let puffs = (0..<count).map { _ in
            let u = random.real(-1, 1)
            let radius = height * random.real(0.3, 0.6) * (1 - u * u * 0.6)
            let place = Point(centre.x + u * width * 0.5, centre.y - radius * random.real(0.2, 0.6))
            return Puff(centre: place, radius: max(radius, 2), strength: random.real(0.4, 1))
        }
        self.init(
            category: nil, puffs: puffs, base: base, depth: depth, foot: centre.y, scale: height, world, &random)
    }

    private init(
        category: Category?, puffs: [Puff], base: Float, depth: Float, foot: Float, scale: Float, _ world: World,
        _ random: inout RandomStream
    ) {
        self.category = category
        self.puffs = puffs
        self.base = base
        self.depth = depth
        self.foot = foot
        noise = Noise(&random)
        detail = random.real(2.2, 5) / max(scale, 6)
        warp = max(scale, 6) * random.real(0.1, 0.5)
        thickness = category == nil ? random.scale(0.4, 2.5) : random.scale(0.7, 5)
        bite = random.real(0.35, 0.75)
        relief = random.real(0.5, 2.2)
        let greys: [Color] = [
            rgb(0.88, 0.88, 0.88), rgb(0.6, 0.6, 0.62), rgb(0.35, 0.34, 0.34), rgb(0.16, 0.15, 0.15),
            rgb(0.66, 0.56, 0.45), rgb(0.75, 0.74, 0.72),
        ]
        paint = category == nil ? rgb(0.9, 0.9, 0.92) : random.vary(random.pick(greys), by: 0.1)
        lit = category != nil && random.chance(0.5) ? scale * random.real(0.3, 1.2) : 0
    }

    func draw(on canvas: Canvas, in world: World) {
        var low = Point(repeating: 1e6)
        var high = Point(repeating: -1e6)
        for puff in puffs {
            low = pointwiseMin(low, puff.centre - Point(repeating: puff.radius))
            high = pointwiseMax(high, puff.centre + Point(repeating: puff.radius))
        }
        guard let area = canvas.touch(low.x, low.y, high.x, high.y) else { return }
        let field = splat(area)
        let light = mix(world.air.light, world.air.horizon, 0.35)
        let surface = world.air.hazed(paint.times(light), depth: depth)
        let orange = rgb(0.95, 0.42, 0.12)
        let shift = world.air.side * 0.35
        for y in area.top..<area.bottom {
            let py = Float(y)
            let fire = lit > 0 ? fading(max(foot - py, 0) / lit * 3) * (0.15 + world.air.glare * 0.5) : 0
            for x in area.left..<area.right {
                let px = Float(x) * detail
                let swirl = (noise.value(px * 0.7, py * detail * 0.7 + 50) - 0.5) * warp
                let column = min(max(Float(x - area.left) + swirl, 0), Float(area.width - 1))
                let density = field[(y - area.top) * area.width + Int(column)]
                if density < 0.02 { continue }
                let grain = noise.turbulence(px, py * detail)
                let solid = density * (1 + 0.6 * bite) - (1 - grain) * bite * 1.3 * (1.2 - min(density, 1))
                if solid <= 0 { continue }
                let side = noise.rough(px + shift, py * detail - 0.25)
                let alpha = 1 - fading(solid * thickness)
                let billow = 0.95 + (grain - side) * relief + (density - 0.5) * 0.08
                canvas.blend(x, y, mix(surface.times(billow), orange, fire).faded(alpha))
            }
        }
    }

    /// The sum of all puffs.
    private func splat(_ area: Bounds) -> [Float] {
        var field = [Float](repeating: 0, count: area.width * area.height)
        for puff in puffs {
            let top = max(area.top, Int(puff.centre.y - puff.radius))
            let bottom = min(area.bottom, Int(puff.centre.y + puff.radius) + 1)
            let left = max(area.left, Int(puff.centre.x - puff.radius))
            let right = min(area.right, Int(puff.centre.x + puff.radius) + 1)
            guard left < right, top < bottom else { continue }
            let inverse = 1 / puff.radius
            for y in top..<bottom {
                let dy = (Float(y) + 0.5 - puff.centre.y) * inverse
                let row = (y - area.top) * area.width - area.left
                for x in left..<right {
                    let dx = (Float(x) + 0.5 - puff.centre.x) * inverse
                    let near = max(1 - dx * dx - dy * dy, 0)
                    field[row + x] += near * near * puff.strength
                }
            }
        }
        return field
    }
}
