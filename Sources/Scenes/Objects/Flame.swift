import Tensors

/// A fire: several turbulent tongues over a bed of embers, with the light it throws.
struct Flame: Thing {
    private struct Tongue {
        var place: Float
        var width: Float
        var height: Float
        var sway: Float
    }

    let base: Float
    let category: Category? = .fire
    let x: Float
    let width: Float
    let height: Float
    private let tongues: [Tongue]
    private let noise: Noise
    private let churn: Float
    private let lean: Float
    /// Height of the fire that covers the whole foot.
    private let bed: Float
    private let grain: Float
    private let ragged: Float
    private let opacity: Float
    private let core: Color
    private let rim: Color

    init(x: Float, base: Float, width: Float, height: Float, in world: World, _ random: inout RandomStream) {
        self.x = x
        self.base = base
        self.width = width
        self.height = height
        let crowd = width / max(height, 1)
        let count = min(2 + Int(crowd * random.real(1.5, 4)), 16)
        let least = random.real(0.25, 0.7)
        tongues = (0..<count).map { index in
            let spread = count == 1 ? 0 : Float(index) / Float(count - 1) * 2 - 1
            let place = spread * 0.72 + random.real(-0.15, 0.15)
            let tall = random.real(least, 1) * (1 - 0.35 * place * place)
            let broad = random.real(0.35, 1.5) / Float(count).squareRoot() * (count > 5 ? 0.65 : 0.8)
            return Tongue(place: place, width: broad, height: tall, sway: random.real(-0.4, 0.4))
        }
        noise = Noise(&random)
        churn = random.real(0.3, 1.1)
        bed = random.real(0.08, 0.5)
        grain = random.scale(0.8, 2)
        lean = random.real(-0.5, 0.5)
        ragged = random.real(0.3, 1)
        opacity = random.real(world.air.isDark ? 0.75 : 0.45, 1)
        core = random.pick([rgb(1, 0.93, 0.6), rgb(1, 0.82, 0.35), rgb(1, 0.98, 0.85), rgb(1, 0.7, 0.25)])
        rim = random.pick([rgb(0.95, 0.38, 0.06), rgb(0.8, 0.2, 0.04), rgb(0.98, 0.5, 0.1), rgb(0.65, 0.16, 0.05)])
    }

    func draw(on canvas: Canvas, in world: World) {
        let depth = world.view.depth(at: base)
        let middle = Point(x, base - height * 0.4)
        let glow = rgb(0.75, 0.3, 0.07, 0) * (world.air.glare * 0.7)
        canvas.halo(at: middle, radius: max(width, height) * 1.5, light: glow, squash: 0.8)
        canvas.halo(at: Point(x, base), radius: width * 1.3, light: glow, squash: 0.25)
        let detail = Point(5.5, 3.2) * (grain / max(min(width, height), 6))
        let reach = width * 0.7
        canvas.shade(x - reach, base - height * 1.1, x + reach, base + height * 0.05) { px, py in
            let heat = heat(px, py, detail)
            if heat <= 0 { return Color(repeating: 0) }
            return color(heat: heat, world: world, depth: depth)
        }
    }

    /// 0 outside, towards 1 where the fire is hottest.
    @inline(__always) private func heat(_ px: Float, _ py: Float, _ detail: Point) -> Float {
        let v = (base - py) / height
        let warp = noise.rough(px * detail.x, py * detail.y) - 0.5
        let wide = noise.value(px * detail.x * 0.4 + 31, py * detail.y * 0.4) - 0.5
        let rising = max(v, 0)
        let u = (px - x) / (width * 0.5) + (warp * churn + wide * churn) * (0.15 + rising) - lean * rising * rising
        var best = max(1 - abs(u) * 1.1, 0) * max(1 - rising / bed + warp, 0) * 0.8
        for tongue in tongues {
            let t = rising / tongue.height + warp * 0.25
            if t >= 1 { continue }
            let shape = (1 - t) * (0.65 + 1.4 * t * (1 - t)) * tongue.width
            let away = abs(u - tongue.place - tongue.sway * rising)
            best = max(best, (1 - away / max(shape, 0.01)) * (1 - t * 0.55))
        }
        if best <= 0 { return 0 }
        let holes = noise.rough(px * detail.x * 1.9 + 11, py * detail.y * 1.5) - 0.42
        let foot = smoothstep(-0.05, 0.02, v) * smoothstep(0.69, 0.55, abs(px - x) / width)
        return max(best - max(holes, 0) * ragged * (0.6 + rising * 2), 0) * foot
    }

    @inline(__always) private func color(heat: Float, world: World, depth: Float) -> Color {
        let hot = smoothstep(0.15, 0.65, heat)
        let mid = mix(rim, rgb(1, 0.62, 0.12), smoothstep(0.05, 0.35, heat))
        let paint = mix(mid, core, hot).times(1.05 + hot * 0.15)
        return world.air.hazed(paint, depth: depth * 0.5).faded(smoothstep(0, 0.16, heat) * opacity)
    }
}
